import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { VERSIONS } from '../specification.js';
import { ROLES, type Role } from './needs.js';

const parameters = z.record(z.string(), z.unknown());

const part = z.strictObject({
  /** Service and plan by their names in the catalog. */
  plan: z.string().regex(/^[^/]+\/[^/]+$/, 'must be service/plan'),
  /** Sent with every create, update or bind. */
  create: parameters.optional(),
  update: parameters.optional(),
  bind: parameters.optional(),
  /** Break the schemas of the plan. */
  wrong: parameters.optional(),
});

const login = z.strictObject({ username: z.string().min(1), password: z.string() });

const profileSchema = z.strictObject({
  version: z.enum(VERSIONS).default('2.17'),
  oldestVersion: z.string().regex(/^2\.\d+$/).optional(),
  otherLogin: login.optional(),
  wait: z
    .strictObject({
      answerSeconds: z.number().positive().default(60),
      endSeconds: z.number().positive().default(60),
      slowSeconds: z.number().positive().default(2),
      pollSeconds: z.number().positive().default(0.5),
    })
    .prefault({}),
  plans: z.partialRecord(z.enum(Object.keys(ROLES) as Role[]), z.union([part, z.string().transform((plan) => part.parse({ plan }))])).default({}),
});

/** What a broker under test is like; test/conformance/README.md explains the members. */
export type Profile = z.output<typeof profileSchema>;
export type Part = z.output<typeof part>;

/** @throws Error that names what is wrong in it */
export function parseProfile(text: string): Profile {
  const parsed = profileSchema.safeParse(parse(text) ?? {});
  if (!parsed.success) throw new Error(`the profile: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export async function readProfile(file: string): Promise<Profile> {
  return parseProfile(await readFile(file, 'utf8'));
}
