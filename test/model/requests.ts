import fc from 'fast-check';
import type { Ending, Thing } from './state.js';

export const PLANS = ['sync', 'async', 'async-bind', 'updateable', 'not-bindable', 'rotatable'] as const;

/** What no broker offers. */
export const UNKNOWN = 'unknown';

/** `absent`: the required member is left out. */
export type ServiceName = 'own' | 'other' | 'absent';

interface Change extends Thing {
  readonly service: ServiceName;
  /** `accepts_incomplete=true`. */
  readonly patient: boolean;
}

/** `parameters`: none, empty, or `{"a": n}`. */
export type Parameters = 'none' | 'empty' | number;

export type Request =
  | (Change & { readonly does: 'provision'; readonly plan: string; readonly parameters: Parameters; readonly space: string })
  | (Change & { readonly does: 'update'; readonly plan?: string; readonly parameters: Parameters })
  | (Change & { readonly does: 'deprovision'; readonly plan: string })
  | (Change & { readonly does: 'bind'; readonly binding: string; readonly plan: string; readonly parameters: Parameters; readonly predecessor?: string })
  | (Change & { readonly does: 'unbind'; readonly binding: string; readonly plan: string })
  | (Thing & { readonly does: 'fetch' })
  | (Thing & { readonly does: 'poll'; readonly operation?: string });

/** One thing that happens in a history, before it is known what came before it. */
export type Step =
  | { readonly kind: 'ask'; readonly request: Request }
  /** A poll with one of the operations told so far. */
  | { readonly kind: 'poll'; readonly which: number; readonly thing: Thing | 'its own' }
  /** An earlier request once more. */
  | { readonly kind: 'again'; readonly which: number }
  /** Ends one of the operations under way. */
  | { readonly kind: 'end'; readonly which: number; readonly how: Ending };

/** Steps of one moment happen in parallel. What a request has to wait for ends as `how` says. */
export interface Moment {
  readonly steps: readonly Step[];
  readonly how: Ending;
}

export const valueOf = (parameters: Parameters): { readonly a?: number } => (typeof parameters === 'number' ? { a: parameters } : {});

/** The first values are those a failing history is shrunk to. */
const oneOf = <T>(...choices: ReadonlyArray<readonly [T, number]>): fc.Arbitrary<T> =>
  fc.oneof({ withCrossShrink: true }, ...choices.map(([value, weight]) => ({ arbitrary: fc.constant(value), weight })));

const how = oneOf<Ending>(['succeeded', 3], ['failed', 1]);
const instance = oneOf(['i1', 8], ['i2', 2]);
const binding = oneOf(['b1', 4], ['b2', 3]);
const platform = oneOf(['p1', 12], ['p2', 1]);
const service = oneOf<ServiceName>(['own', 30], ['other', 1], ['absent', 1]);
const parameters = oneOf<Parameters>(['none', 4], ['empty', 1], [1, 3], [2, 1]);
const space = oneOf(['here', 20], ['there', 1]);
const patient = oneOf([false, 2], [true, 3]);
const change = { platform, instance, service, patient };

/** The plan or plans most requests of a history name, so that requests meet instead of missing one another. */
const plan = oneOf<string>(['first', 16], ['second', 4], ['async', 1], ['updateable', 1], ['not-bindable', 1], [UNKNOWN, 1]);
const FAVOURITES: ReadonlyArray<readonly [string, string]> = [
  ['sync', 'async'],
  ['async', 'async'],
  ['async', 'updateable'],
  ['updateable', 'async'],
  ['updateable', 'sync'],
  ['async-bind', 'sync'],
  ['rotatable', 'not-bindable'],
];

const provision = fc.record({ does: fc.constant('provision' as const), ...change, plan, parameters, space });
const update = fc.record(
  { does: fc.constant('update' as const), ...change, plan, parameters },
  { requiredKeys: ['does', 'platform', 'instance', 'service', 'patient', 'parameters'] },
);
const deprovision = fc.record({ does: fc.constant('deprovision' as const), ...change, plan });
const bind = fc.record(
  { does: fc.constant('bind' as const), ...change, binding, plan, parameters, predecessor: oneOf(['b1', 3], ['b2', 2], ['b3', 1]) },
  { requiredKeys: ['does', 'platform', 'instance', 'service', 'patient', 'binding', 'plan', 'parameters'] },
);
const unbind = fc.record({ does: fc.constant('unbind' as const), ...change, binding, plan });
const thing: fc.Arbitrary<Thing> = fc.record({ platform, instance, binding }, { requiredKeys: ['platform', 'instance'] });

const request: fc.Arbitrary<Request> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: provision, weight: 5 },
  { arbitrary: deprovision, weight: 3 },
  { arbitrary: update, weight: 4 },
  { arbitrary: bind, weight: 5 },
  { arbitrary: unbind, weight: 3 },
  { arbitrary: thing.map((one) => ({ does: 'fetch' as const, ...one })), weight: 2 },
  { arbitrary: thing.map((one) => ({ does: 'poll' as const, ...one })), weight: 1 },
);

const which = fc.nat({ max: 5 });
const again = which.map((number) => ({ kind: 'again' as const, which: number }));
const asking = request.map((one) => ({ kind: 'ask' as const, request: one }));
/** What meets at once is more often the same. */
const atOnce: fc.Arbitrary<Step> = fc.oneof({ withCrossShrink: true }, { arbitrary: asking, weight: 2 }, { arbitrary: again, weight: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: asking, weight: 14 },
  { arbitrary: again, weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('end' as const), which, how }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant('poll' as const), which, thing: fc.oneof(fc.constant('its own' as const), thing) }), weight: 2 },
);

/** One step after the other, or now and then up to so many requests at once. */
const moment = (atMost: number): fc.Arbitrary<Moment> =>
  fc.record({
    steps: fc.oneof(
      { withCrossShrink: true },
      { arbitrary: step.map((one) => [one]), weight: 3 },
      { arbitrary: fc.array(atOnce, { minLength: Math.min(2, atMost), maxLength: atMost }), weight: 1 },
    ),
    how,
  });

/** Histories of up to so many moments, in each of them up to so many requests at once. */
export function histories(moments: number, atMost: number): fc.Arbitrary<Moment[]> {
  const all = fc.array(moment(atMost), { minLength: 1, maxLength: moments, size: 'max' });
  return fc.tuple(fc.constantFrom(...FAVOURITES), all).map(([plans, history]) => history.map((one) => withPlans(one, plans)));
}

function withPlans({ steps, how: ending }: Moment, [first, second]: readonly [string, string]): Moment {
  const called = (name: string): string => (name === 'first' ? first : name === 'second' ? second : name);
  const named = (one: Request): Request => ('plan' in one && one.plan !== undefined ? { ...one, plan: called(one.plan) } : one);
  return { how: ending, steps: steps.map((one) => (one.kind === 'ask' ? { ...one, request: named(one.request) } : one)) };
}
