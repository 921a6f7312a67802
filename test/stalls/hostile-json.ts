/** JSON objects of about so many bytes, each of a kind that takes more time than others, or did once. */
export const HOSTILE_JSON: Readonly<Record<string, (bytes: number) => string>> = {
  'one string': (bytes) => `{"a":"${'x'.repeat(bytes)}"}`,
  'a string of escapes': (bytes) => `{"a":"${String.raw`\"`.repeat(bytes / 2)}"}`,
  'a string of escaped characters': (bytes) => `{"a":"${String.raw`\u00e4`.repeat(bytes / 6)}"}`,
  'white space': (bytes) => `{"a":${' '.repeat(bytes)}1}`,
  'a number of zeros': (bytes) => `{"a":1${'0'.repeat(bytes)}1}`,
  'a fraction of zeros': (bytes) => `{"a":0.${'0'.repeat(bytes)}1}`,
  'a long exponent': (bytes) => `{"a":1e${'9'.repeat(bytes)}}`,
  'numbers of 1,024 characters': (bytes) => `{"a":[${repeated(`1${'0'.repeat(1_022)}1`, bytes / 1_025)}]}`,
  'exponents of 1,000 digits': (bytes) => `{"a":[${repeated(`1e${'9'.repeat(1_000)}`, bytes / 1_003)}]}`,
  'short numbers': (bytes) => `{"a":[${repeated('1', bytes / 2)}]}`,
  'empty strings': (bytes) => `{"a":[${repeated('""', bytes / 3)}]}`,
  'empty objects': (bytes) => `{"a":[${repeated('{}', bytes / 3)}]}`,
  'deep arrays side by side': (bytes) => `{"a":[${repeated('['.repeat(60) + ']'.repeat(60), bytes / 121)}]}`,
  'nesting without end': (bytes) => `{"a":${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}}`,
  'nesting that is never closed': (bytes) => '{"a":'.repeat(bytes / 5),
  'many keys': (bytes) => `{${Array.from({ length: bytes / 12 }, (_, i) => `"key${i}":1`).join(',')}}`,
  'keys that look like numbers': (bytes) => `{${Array.from({ length: bytes / 12 }, (_, i) => `"${(i * 48_271) % 2_147_483_647}":1`).join(',')}}`,
  'long keys that end differently': (bytes) => `{${Array.from({ length: bytes / 1_000 }, (_, i) => `"${'k'.repeat(990)}${i}":1`).join(',')}}`,
  'one key many times': (bytes) => `{${repeated('"a":1', bytes / 6)}}`,
  'escaped keys': (bytes) => `{${Array.from({ length: bytes / 18 }, (_, i) => String.raw`"\u0061${i}":1`).join(',')}}`,
  'a string that is never closed': (bytes) => `{"a":"${'x'.repeat(bytes)}`,
};

const repeated = (text: string, times: number): string => Array.from({ length: times }, () => text).join(',');
