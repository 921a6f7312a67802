import { BUSY, GONE, NOT_FOUND, refusals, type Outcome } from './outcome.js';
import type { Request } from './requests.js';
import { bindingOf, heard, instanceOf, lifeOf, pendingOn, sameThing, type Operation, type State } from './state.js';

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
  const newest = state.operations.findLast((one) => sameThing(one, request) && one.life === life && !one.byGateway);
  if (newest === undefined) return refusals(state, NOT_FOUND);
  const isThere = (request.binding === undefined ? instanceOf(state, request) : bindingOf(state, request)) !== undefined;
  const isFailedCreate = newest.verb === 'create' && newest.state === 'failed';
  const outcomes = isThere || isFailedCreate ? [tells(state, newest)] : refusals(state, GONE);
  return isOfEarlierLife(state, newest) ? [...outcomes, ...refusals(state, NOT_FOUND)] : outcomes;
}

/** A binding of an instance that was deleted, while another one has its id: gone or unknown, as one likes. */
function isOfEarlierLife(state: State, { platform, instance, binding, within }: Operation): boolean {
  return binding !== undefined && within !== lifeOf(state, { platform, instance });
}

const tells = (state: State, operation: Operation): Outcome => ({
  status: 200,
  word: operation.state === 'queued' ? 'in progress' : operation.state,
  next: operation.unheard ? heard(state, state.operations.indexOf(operation)) : state,
});

