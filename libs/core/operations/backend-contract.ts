import { z } from 'zod';
import { BrokerError, UnknownOutcome } from '#sdk';

const object = z.looseObject({});
const rawJson = z.looseObject({ raw: z.string() });
const bindingResult = z.looseObject({ credentials: rawJson.optional() });

const outcomeOf = (result: z.ZodType): z.ZodType =>
  z.discriminatedUnion('kind', [
    z.looseObject({ kind: z.literal('done'), result: result.nullish() }),
    z.looseObject({
      kind: z.literal('accepted'),
      pollToken: z.string().optional(),
      retryAfterMs: z.number().optional(),
      result: object.nullish(),
    }),
  ]);

/** What the contract of backends (`ServiceBackend`) lets each verb answer, as far as the gateway relies on it. */
const SHAPES = {
  provision: outcomeOf(object),
  update: outcomeOf(object),
  deprovision: outcomeOf(z.unknown()),
  bind: outcomeOf(bindingResult),
  unbind: outcomeOf(z.unknown()),
  fetchInstance: object,
  fetchBinding: bindingResult,
} as const;

const lastOperation = z.looseObject({
  kind: z.enum(['in progress', 'succeeded', 'failed', 'gone']),
  retryAfterMs: z.number().optional(),
});

/**
 * The answer of a backend as it is, if it has the shape it must have.
 *
 * @throws BrokerError BackendFailed; its cause tells what is wrong, without a value of the answer
 */
export function kept<T>(verb: keyof typeof SHAPES, answer: T): T {
  const problem = problemOf(SHAPES[verb], answer);
  if (problem === undefined) return answer;
  throw new BrokerError('BackendFailed', 'the backend broke the contract', {}, { cause: new UnknownOutcome(`its answer to ${verb}: ${problem}`) });
}

/** The same for polls. @throws UnknownOutcome: as far as anybody knows the operation goes on */
export function keptPoll<T>(answer: T): T {
  const problem = problemOf(lastOperation, answer);
  if (problem === undefined) return answer;
  throw new UnknownOutcome(`the backend broke the contract: its answer to a poll: ${problem}`);
}

function problemOf(shape: z.ZodType, answer: unknown): string | undefined {
  const [issue] = shape.safeParse(answer).error?.issues ?? [];
  return issue && [issue.path.join('.'), issue.message].filter((part) => part !== '').join(': ');
}
