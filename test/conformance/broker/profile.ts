import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { VERSIONS } from '../specification.js';
import { ROLES, type Role } from './needs.js';

const parameters = z.record(z.string(), z.unknown());
const versionText = (known: string): string => `must be ${known}, in quotes`;

const part = z.strictObject({
  /** Service and plan by their names in the catalog. */
  plan: z.string('must be service/plan, by their names in the catalog').regex(/^[^/]+\/[^/]+$/, 'must be service/plan, by their names in the catalog'),
  /** Sent with every create, update or bind. */
  create: parameters.optional(),
  update: parameters.optional(),
  bind: parameters.optional(),
  /** Break the schemas of the plan. */
  wrong: parameters.optional(),
});

/** A part that takes no parameters is told by its plan alone. */
const planAlone = (value: unknown): unknown => (typeof value === 'object' ? value : { plan: value });

const wait = z.strictObject({
  answerSeconds: z.number().positive().default(60),
  endSeconds: z.number().positive().default(60),
  slowSeconds: z.number().positive().default(2),
  pollSeconds: z.number().positive().default(0.5),
});

const needed = 'must be a text';
const login = z.strictObject({ username: z.string(needed).min(1, needed), password: z.string(needed) });

const profileSchema = z.strictObject({
  version: z.enum(VERSIONS, versionText(VERSIONS.join(', '))).default('2.17'),
  oldestVersion: z.string(versionText('a version such as 2.13')).regex(/^2\.\d+$/, versionText('a version such as 2.13')).optional(),
  otherLogin: login.optional(),
  wait: wait.prefault({}),
  plans: z.partialRecord(z.enum(Object.keys(ROLES) as Role[]), z.preprocess(planAlone, part)).default({}),
});

/** What a broker under test is like; docs/guides/test-a-broker.md explains the members. */
export type Profile = z.output<typeof profileSchema>;
export type Part = z.output<typeof part>;

/** @throws Error that names what is wrong in it */
export function parseProfile(text: string): Profile {
  const parsed = profileSchema.safeParse(membersOf(text));
  if (parsed.success) return parsed.data;
  throw new Error(['the profile has mistakes:', ...parsed.error.issues.flatMap(problems), 'What may stand in it: docs/guides/test-a-broker.md'].join('\n  '));
}

/** @throws Error that says why it cannot be read, or what is wrong in it */
export async function readProfile(file: string): Promise<Profile> {
  try {
    return parseProfile(await readFile(file, 'utf8'));
  } catch (error) {
    throw told(`--profile ${file}`, error);
  }
}

function membersOf(text: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (error) {
    throw told('the profile is no YAML', error);
  }
}

function told(what: string, error: unknown): Error {
  return new Error(`${what}: ${error instanceof Error ? error.message.trim() : String(error)}`, { cause: error });
}

/** Each with its place in the profile, and with what there is instead. */
function problems(issue: z.core.$ZodIssue): string[] {
  const place = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return [`${place || 'as a whole'}: ${issue.message}`];
  return issue.keys.map((key) => `${[...issue.path, key].join('.')} is unknown; there are ${keysAt(issue.path).join(', ')}`);
}

function keysAt([first, second]: readonly PropertyKey[]): string[] {
  if (first === undefined) return Object.keys(profileSchema.shape);
  if (first === 'wait') return Object.keys(wait.shape);
  if (first === 'otherLogin') return Object.keys(login.shape);
  return Object.keys(second === undefined ? ROLES : part.shape);
}
