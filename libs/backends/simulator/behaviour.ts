import { z } from 'zod';
import { BROKER_ERRORS, BrokerError, JsonTextError, parseRawObject, type BrokerErrorCode, type RawJson } from '#sdk';
import { withoutUndefined } from './without-undefined.js';

const milliseconds = z.number().int().min(0).max(86_400_000);
const statuses = Object.values(BROKER_ERRORS).map(({ status }) => status as number);

const failureSchema = z.strictObject({
  status: z
    .number()
    .refine((status) => statuses.includes(status), `must be one of ${[...new Set(statuses)].join(', ')}`),
  error: z.string().min(1).optional(),
  description: z.string().min(1).default('The simulator was told to fail.'),
  instanceUsable: z.boolean().optional(),
  updateRepeatable: z.boolean().optional(),
  retryAfterSeconds: z.number().min(0).optional(),
});

const asyncSchema = z.strictObject({
  durationMs: milliseconds.optional(),
  polls: z.number().int().min(1).optional(),
  outcome: z.enum(['succeeded', 'failed', 'never']).default('succeeded'),
  times: z.number().int().min(1).optional(),
  description: z.string().optional(),
  instanceUsable: z.boolean().optional(),
  updateRepeatable: z.boolean().optional(),
  retryAfterMs: milliseconds.optional(),
  pollToken: z.string().nullable().optional(),
});

const behaviourShape = {
  times: z.number().int().min(1).optional(),
  delayMs: milliseconds.optional(),
  honourSignal: z.boolean().optional(),
  hang: z.boolean().optional(),
  throw: z.boolean().optional(),
  failWith: failureSchema.optional(),
  afterActing: z.boolean().optional(),
  async: z.union([z.boolean(), asyncSchema]).optional(),
  answer: z.record(z.string(), z.unknown()).optional(),
  credentials: z.unknown().optional(),
};

/** How one call behaves; the README explains every word. */
export const behaviourSchema = z.strictObject(behaviourShape);

/** The verbs a behaviour can be given for. */
export const VERBS = [
  'provision',
  'update',
  'deprovision',
  'bind',
  'unbind',
  'fetchInstance',
  'fetchBinding',
  'lastInstanceOperation',
  'lastBindingOperation',
] as const;
export type Verb = (typeof VERBS)[number];

const simulateSchema = z.strictObject({
  ...behaviourShape,
  ...(Object.fromEntries(VERBS.map((verb) => [verb, behaviourSchema.optional()])) as Record<
    Verb,
    z.ZodOptional<typeof behaviourSchema>
  >),
});

export type Failure = z.infer<typeof failureSchema>;
export type AsyncBehaviour = z.infer<typeof asyncSchema>;
/** A behaviour with the bytes of its credentials. */
export type Behaviour = Omit<z.infer<typeof behaviourSchema>, 'credentials'> & { credentials?: RawJson };
export type Behaviours = Partial<Record<Verb, Behaviour>>;

/** What a request's parameters ask for: of this very call, and of later calls for the same instance or binding. */
export interface Simulation {
  readonly now: Behaviour;
  readonly later: Behaviours;
}

/** Reads the member `simulate` of the parameters; BadRequest names what is wrong in it. */
export function readSimulation(parametersRaw: string | undefined): Simulation {
  const raw = parametersRaw === undefined ? undefined : memberOf(parametersRaw, 'simulate')?.raw;
  if (raw === undefined) return { now: {}, later: {} };
  const parsed = simulateSchema.safeParse(objectOf(raw).value);
  if (!parsed.success) throw new BrokerError('BadRequest', `The parameter simulate: ${z.prettifyError(parsed.error)}`);
  const later: Behaviours = {};
  for (const verb of VERBS) {
    const behaviour = parsed.data[verb];
    if (behaviour !== undefined) later[verb] = withBytes(behaviour, memberOf(raw, verb)?.raw ?? '{}');
  }
  const now = Object.fromEntries(Object.entries(parsed.data).filter(([key]) => key in behaviourShape));
  return { now: withBytes(now, raw), later };
}

/** The error a {@link Failure} stands for: by its error word where that is one of ours, else by its status. */
export function errorFrom({ status, error, description, ...more }: Failure): BrokerError {
  const codes = Object.keys(BROKER_ERRORS) as BrokerErrorCode[];
  const fitting = codes.filter((code) => BROKER_ERRORS[code].status === status);
  // Of the codes that share 422 all but the last have a meaning of their own.
  const code = fitting.find((candidate) => candidate === error) ?? fitting.at(-1) ?? 'InternalError';
  return new BrokerError(code, description, {
    ...withoutUndefined(more),
    ...(error === undefined ? {} : { word: error }),
  });
}

function withBytes(behaviour: z.infer<typeof behaviourSchema>, raw: string): Behaviour {
  const { credentials: _parsed, ...rest } = behaviour;
  const credentials = memberOf(raw, 'credentials');
  return credentials === undefined ? rest : { ...rest, credentials };
}

function memberOf(raw: string, name: string): RawJson | undefined {
  return objectOf(raw).member(name);
}

function objectOf(raw: string): ReturnType<typeof parseRawObject> {
  try {
    return parseRawObject(raw);
  } catch (error) {
    if (error instanceof JsonTextError) throw new BrokerError('BadRequest', `The parameters: ${error.message}.`);
    throw error;
  }
}
