import { BUSY, GONE, NOT_FOUND, refusals, type Outcome } from './outcome.js';
import type { Request } from './requests.js';
import { bindingOf, instanceOf, lifeOf, pendingOn, sameThing, type Operation, type State } from './state.js';

type Fetch = Extract<Request, { does: 'fetch' }>;
type Poll = Extract<Request, { does: 'poll' }>;

/** GIN 266-276, GBN 381-394. */
export function fetch(state: State, request: Fetch): Outcome[] {
  const instance = instanceOf(state, request);
  const busy = pendingOn(state, { platform: request.platform, instance: request.instance }).running !== undefined;
  if (request.binding === undefined) {
    if (!instance?.ready) return refusals(state, NOT_FOUND);
    if (busy) return refusals(state, BUSY);
    return [{ status: 200, shows: { plan: instance.plan, ...(instance.a === undefined ? {} : { a: instance.a }) }, next: state }];
  }
  const binding = bindingOf(state, request);
  if (!binding?.ready) return refusals(state, NOT_FOUND);
  const shown = { status: 200, shows: binding.a === undefined ? {} : { a: binding.a }, next: state };
  const going = pendingOn(state, request).running !== undefined;
  return going || busy ? [shown, ...refusals(state, BUSY, NOT_FOUND)] : [shown];
}

/** LOI 176-203, LOB 204-217, decision 10. */
export function poll(state: State, request: Poll): Outcome[] {
  if (request.operation !== undefined) {
    const asked = state.operations.find((one) => one.id === request.operation && sameThing(one, request));
    return asked === undefined ? refusals(state, NOT_FOUND) : [tells(state, asked)];
  }
  const life = lifeOf(state, request);
  const all = state.operations.filter((one) => sameThing(one, request) && one.life === life && belongs(state, one));
  const newest = all.findLast(({ byGateway }) => !byGateway);
  if (newest === undefined) return refusals(state, NOT_FOUND);
  const outcomes = newest.verb === 'delete' && newest.state === 'succeeded' ? refusals(state, GONE) : [tells(state, newest)];
  const instanceIsGone = request.binding !== undefined && instanceOf(state, request) === undefined;
  return instanceIsGone ? [...outcomes, ...refusals(state, GONE, NOT_FOUND)] : outcomes;
}

/** Operations on bindings of an earlier life of the instance are known by their ids only. */
function belongs(state: State, operation: Operation): boolean {
  if (operation.binding === undefined) return true;
  return operation.within === lifeOf(state, { platform: operation.platform, instance: operation.instance });
}

const tells = (state: State, operation: Operation): Outcome => ({
  status: 200,
  word: operation.state === 'queued' ? 'in progress' : operation.state,
  next: state,
});

