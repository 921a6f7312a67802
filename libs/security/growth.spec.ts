import { attempt, growthOf, MAX_GROWTH, type Growing } from '#sdk/testing';
import { parseBasicHeader } from './credentials/basic-header.js';
import { safeText } from './redaction/safe-text.js';

const INPUTS: readonly Growing[] = [
  { what: 'a Basic header', make: (size) => `Basic ${'A'.repeat(size)}!`, work: parseBasicHeader },
  { what: 'blanks in a Basic header', make: (size) => `Basic${' '.repeat(size)}`, work: parseBasicHeader },
  { what: 'a text with blanks', make: (size) => '\n\u2028 '.repeat(size / 3), work: (text) => safeText(text, 1_024) },
];

test.each(INPUTS)('reading $what takes time linear in its length', (growing) => {
  expect(growthOf({ ...growing, work: attempt(growing.work) })).toBeLessThan(MAX_GROWTH);
}, 120_000);
