import { z } from 'zod';
import { plainNumber } from '#sdk';

/**
 * The rules of a catalog, each with where it comes from: the spec (OSB 2.17, Catalog Management), or a platform that
 * refuses the whole catalog over it (Cloud Controller), stops half way (service-catalog) or breaks down (Korifi).
 */

const MAX_IDENTIFIER = 1_024;

/** Cloud Controller calls a text of white space absent. */
const text = z.string().refine((value) => value.trim() !== '', 'must not be empty');
const identifier = text.max(MAX_IDENTIFIER, `must not be longer than ${MAX_IDENTIFIER} characters`);
/** Cloud Controller. */
const description = text.max(10_000, 'must not be longer than 10000 characters');

/** Cloud Controller keeps it in a 32-bit column. */
const durationSeconds = z.preprocess(
  plainNumber,
  z
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(2 ** 31 - 1, 'must be less than 2^31'),
);

/** The grammar of Semantic Versioning 2.0.0, strictly. */
const NUMBER = '(0|[1-9]\\d*)';
const PRERELEASE = `(${NUMBER}|\\d*[a-zA-Z-][\\da-zA-Z-]*)`;
const BUILD = '[\\da-zA-Z-]+';
const SEMVER = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(-${PRERELEASE}(\\.${PRERELEASE})*)?(\\+${BUILD}(\\.${BUILD})*)?$`,
);

/** Only these keys, and at most 2000 characters of JSON: Cloud Controller. */
const MAX_VERSION = 1_024;
const maintenanceInfo = z
  .strictObject({
    version: z
      .string()
      .max(MAX_VERSION, { error: `must not be longer than ${MAX_VERSION} characters`, abort: true })
      .regex(SEMVER, 'must be a semantic version 2.0'),
    description: z.string().optional(),
  })
  .refine((info) => JSON.stringify(info).length <= 2_000, 'must not be longer than 2000 characters of JSON');

/** The spec's three fields; `redirect_uri` is required by Cloud Controller. */
const dashboardClient = z.looseObject({ id: identifier, secret: text, redirect_uri: text });

/** Its length is looked at before its items: zod reports every bad one of them. */
export const shortList = <T extends z.ZodType>(item: T, most: number) =>
  z
    .unknown()
    .refine((value) => !Array.isArray(value) || value.length <= most, { error: `must not have more than ${most} items`, abort: true })
    .pipe(z.array(item));

const tags = shortList(z.string(), 1_000).refine(
  (list) => list.join('').length <= 2_048,
  'must not be longer than 2048 characters in all',
);

const permission = z.enum(['syslog_drain', 'route_forwarding', 'volume_mount']);

/** What an offering must be, its plans and metadata apart. */
export const OFFERING_RULES = z.looseObject({
  id: identifier,
  name: identifier,
  description,
  bindable: z.boolean(),
  tags: tags.optional(),
  requires: shortList(permission, 100).optional(),
  instances_retrievable: z.boolean().optional(),
  bindings_retrievable: z.boolean().optional(),
  allow_context_updates: z.boolean().optional(),
  dashboard_client: z.preprocess(plainNumber, dashboardClient.optional()),
  plan_updateable: z.boolean().optional(),
  plans: z.array(z.unknown()).min(1, 'must hold at least one plan'),
});

/** What a plan must be, its schemas and metadata apart. */
export const PLAN_RULES = z.looseObject({
  id: identifier,
  name: identifier,
  description,
  free: z.boolean().optional(),
  bindable: z.boolean().optional(),
  binding_rotatable: z.boolean().optional(),
  plan_updateable: z.boolean().optional(),
  maximum_polling_duration: durationSeconds.optional(),
  maintenance_info: z.preprocess(plainNumber, maintenanceInfo.optional()),
});

const SHORT = 'is longer than 63 characters, which service-catalog refuses';
const shortIdentifier = z.string().max(63, SHORT);
const EASY = 'is not easy to type: only letters, digits, "." and "-" are';
const shortName = shortIdentifier.regex(/^[A-Za-z0-9.-]+$/, EASY);

/** What the spec recommends for the names of an offering or plan. */
export const ADVICE = z.looseObject({ id: shortIdentifier, name: shortName });

export type CheckedOffering = z.infer<typeof OFFERING_RULES>;
export type CheckedPlan = z.infer<typeof PLAN_RULES>;

const MAX_PROBLEMS = 5;

/**
 * The rules a value breaks, in one sentence that names each field by its place in the catalog and never its value;
 * undefined when it breaks none.
 */
export function brokenRules(rules: z.ZodType, value: unknown, at: string): string | undefined {
  const { error } = rules.safeParse(value, { error: sentenceFor });
  return error?.issues
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => `${at}${path.map(step).join('')} ${message}`)
    .join('; ');
}

function step(key: PropertyKey): string {
  return typeof key === 'number' ? `[${key}]` : `.${String(key)}`;
}

const EXPECTED: Readonly<Record<string, string>> = {
  array: 'must be an array',
  boolean: 'must be a boolean',
  int: 'must be a whole number',
  number: 'must be a number',
  object: 'must be an object',
  record: 'must be an object',
  string: 'must be a string',
};

function sentenceFor(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : EXPECTED[issue.expected];
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => `"${String(value)}"`).join(', ')}`;
    case 'unrecognized_keys':
      return `has keys other than "version" and "description"`;
    default:
      return undefined;
  }
}
