import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigurationError } from './configuration-error.js';
import { processVariables, type Variables } from './environment.js';
import { LocatedYaml, type YamlPath } from './located-yaml.js';
import { NAME } from './name.js';
import { PLATFORM_KINDS } from './platform-kinds.js';

const name = z.string().regex(NAME, 'must be 1 to 63 lower-case letters, digits or "-", with no "-" at either end');

const backend = z.strictObject({
  name,
  type: z.string().min(1),
  enabled: z.boolean().default(true),
  settings: z.record(z.string(), z.unknown()).default({}),
});

const platform = z.strictObject({
  name,
  kind: z.enum(PLATFORM_KINDS).default('other'),
  username: z.string().regex(/^[^:\p{Cc}]+$/u, 'must have no colon and no control characters'),
  password: z.string().min(1),
});

const configFile = z.strictObject({
  backends: z.array(backend).nullish().transform((all) => all ?? []),
  platforms: z.array(platform).nullish().transform((all) => all ?? []),
});

/** A backend the configuration file declares. Its type says what the settings may be. */
export type DeclaredBackend = Readonly<z.output<typeof backend>>;

/** A platform the configuration file declares. */
export type DeclaredPlatform = Readonly<z.output<typeof platform>>;

export interface ConfigFile {
  readonly backends: readonly DeclaredBackend[];
  readonly platforms: readonly DeclaredPlatform[];
}

/**
 * Reads the text of a configuration file; `${NAME}` in a value is replaced by that variable, `$${` stands for `${`.
 * Throws a {@link ConfigurationError} that names file, line and path of the first thing wrong.
 */
export function readConfigFile(text: string, env: Variables, fileName = 'the configuration file'): ConfigFile {
  const yaml = LocatedYaml.parse(text, fileName);
  const value = yaml.valueWith((string, path) => replaceReferences(string, env, (reason) => yaml.error(path, reason)));
  const parsed = configFile.safeParse(value ?? {}, { error: whatIsWrong });
  if (!parsed.success) throw refusal(yaml, parsed.error.issues);
  refuseRepeatedNames(yaml, 'backends', parsed.data.backends);
  refuseRepeatedNames(yaml, 'platforms', parsed.data.platforms);
  return parsed.data;
}

/** The configuration file at a path, with references to the variables of this process. */
export async function loadConfigFile(path: string): Promise<ConfigFile> {
  return readConfigFile(await readText(path), processVariables(), path);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(`CONFIG_FILE names "${path}", which cannot be read (${code}). Correct the path.`);
  }
}

function replaceReferences(text: string, env: Variables, error: (reason: string) => ConfigurationError): string {
  return text.replaceAll(/\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?/g, (match, variable: string | undefined) => {
    if (match === '$${') return '${';
    if (variable === undefined) throw error('has "${" but no variable\'s name and "}" after it. Plain text is "$${"');
    const value = env[variable];
    if (value) return value;
    throw error(`refers to the variable ${variable}, which is not set. Set ${variable} in the environment`);
  });
}

const IN_YAML: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  string: 'text',
};

/** In the words of the file, not of the schema. */
function whatIsWrong(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined ? 'is missing' : `must be ${IN_YAML[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'invalid_value') return `must be one of: ${issue.values.join(', ')}`;
  if (issue.code === 'too_small') return 'must not be empty';
  return undefined;
}

function refusal(yaml: LocatedYaml, [issue]: readonly z.core.$ZodIssue[]): ConfigurationError {
  if (issue?.code !== 'unrecognized_keys') return yaml.error(issue?.path ?? [], issue?.message ?? 'is wrong');
  const place = [...issue.path, ...issue.keys.slice(0, 1)];
  return yaml.error(place, `is not a known key; known here are: ${knownKeys(issue.path).join(', ')}`);
}

function knownKeys([list]: YamlPath): readonly string[] {
  const shape = list === 'backends' ? backend.shape : list === 'platforms' ? platform.shape : configFile.shape;
  return Object.keys(shape);
}

function refuseRepeatedNames(yaml: LocatedYaml, list: string, entries: readonly { readonly name: string }[]): void {
  const names = entries.map((entry) => entry.name);
  const repeated = names.findIndex((own, index) => names.indexOf(own) < index);
  if (repeated < 0) return;
  throw yaml.error([list, repeated, 'name'], `"${names[repeated]}" is given twice; rename one of them`);
}
