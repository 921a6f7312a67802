import { BAD, busy, BUSY, CONFLICT, failedBefore, GONE, joined, NOT_FOUND, refusals, started, type Outcome } from './outcome.js';
import { PLANS, valueOf, type Request } from './requests.js';
import {
  begin,
  bindingsAreBusy,
  changed,
  heard,
  instanceKey,
  instanceOf,
  newLife,
  operationAt,
  pendingOn,
  unheardOf,
  type Instance,
  type State,
} from './state.js';

type Provision = Extract<Request, { does: 'provision' }>;
type Update = Extract<Request, { does: 'update' }>;
type Deprovision = Extract<Request, { does: 'deprovision' }>;

export const isOffered = (plan: string): boolean => PLANS.some((one) => one === plan);

/** PRV 221-265, BLK 168-175. */
export function provision(state: State, request: Provision): Outcome[] {
  const instance = instanceOf(state, request);
  if (request.service === 'absent') return refusals(state, BAD);
  const unheard = unheardOf(state, request);
  if (unheard !== undefined) return failedBefore(state, unheard, request.patient);
  const wrong = request.service === 'other' || !isOffered(request.plan);
  if (instance === undefined) return wrong ? refusals(state, BAD) : create(state, request);
  const equal = !wrong && isEqual(instance, request);
  const { running, queued } = pendingOn(state, request);
  const operation = running === undefined ? undefined : operationAt(state, running);
  if (operation?.verb === 'delete' || queued !== undefined) {
    const joins = equal && running !== undefined && operation?.verb === 'create' ? joined(state, running, request.patient) : [];
    const differs = wrong || (!equal && operation?.verb === 'create');
    return [...joins, ...refusals(state, BUSY, ...(wrong ? [BAD] : []), ...(differs ? [CONFLICT] : []))];
  }
  if (wrong) return refusals(state, BAD, CONFLICT);
  if (!equal) return refusals(state, CONFLICT);
  if (running !== undefined && operation?.verb === 'create') return joined(state, running, request.patient);
  return [{ status: 200, next: state }];
}

function create(state: State, request: Provision): Outcome[] {
  let index = 0;
  const next = changed(state, (draft) => {
    const life = newLife(draft, request);
    draft.instances[instanceKey(request)] = {
      life,
      ready: false,
      plan: request.plan,
      space: request.space,
      ...valueOf(request.parameters),
      bindings: {},
    };
    index = begin(draft, { platform: request.platform, instance: request.instance }, { verb: 'create', held: request.plan === 'async' });
  });
  return started(next, index, request.patient);
}

const isEqual = (instance: Instance, { plan, space, parameters }: Provision): boolean =>
  instance.plan === plan && instance.space === space && instance.a === valueOf(parameters).a;

/** UPD 283-315, BLK 161-164. */
export function update(state: State, request: Update): Outcome[] {
  const instance = instanceOf(state, request);
  if (request.service === 'absent') return refusals(state, BAD);
  const wrong = request.service === 'other' || (request.plan !== undefined && !isOffered(request.plan));
  if (instance === undefined) return wrong ? refusals(state, BAD, NOT_FOUND) : refusals(state, NOT_FOUND);
  const plan = request.plan ?? instance.plan;
  const forbidden = plan !== instance.plan && instance.plan !== 'updateable';
  const refused = [...(wrong ? [BAD] : []), ...(forbidden ? [[422, 'UpdateNotSupported'] as const] : [])];
  const { running, queued } = pendingOn(state, request);
  const operation = running === undefined ? undefined : operationAt(state, running);
  const asked = JSON.stringify([plan, valueOf(request.parameters)]);
  if (!wrong && running !== undefined && operation?.asked === asked) return joined(state, running, request.patient);
  if (operation || queued !== undefined || !instance.ready || bindingsAreBusy(state, request)) return refusals(state, ...refused, BUSY);
  if (wrong || forbidden) return refusals(state, ...refused);
  let index = 0;
  const next = changed(state, (draft) => {
    const target = { plan, ...(instance.a === undefined ? {} : { a: instance.a }), ...valueOf(request.parameters) };
    index = begin(draft, request, { verb: 'update', held: plan === 'async', target, asked });
  });
  return started(next, index, request.patient);
}

/** DEP 414-431, BLK 164, 165, LOI 199-201. */
export function deprovision(before: State, request: Deprovision): Outcome[] {
  const instance = instanceOf(before, request);
  if (request.service === 'absent') return refusals(before, BAD);
  const { running, queued } = pendingOn(before, request);
  if (instance && request.service === 'other') return refusals(before, BAD, ...(running === undefined ? [] : [BUSY]));
  const state = heard(before, request);
  if (instance === undefined) return refusals(state, GONE);
  if (queued !== undefined) return request.patient ? joined(state, queued, true) : busy(state);
  const operation = running === undefined ? undefined : operationAt(state, running);
  if (running !== undefined && operation?.verb === 'delete') return joined(state, running, request.patient);
  const held = instance.plan === 'async';
  if (operation === undefined && !bindingsAreBusy(state, request)) {
    let index = 0;
    const next = changed(state, (draft) => {
      index = begin(draft, request, { verb: 'delete', held });
    });
    return started(next, index, request.patient);
  }
  if (!request.patient) return busy(state);
  return [...behind(state, request, held), ...(operation?.verb === 'create' ? instead(state, request, held) : [])];
}

/** The delete waits for the end of what runs. */
function behind(state: State, request: Deprovision, held: boolean): Outcome[] {
  let index = 0;
  const next = changed(state, (draft) => {
    index = begin(draft, request, { verb: 'delete', held, state: 'queued' });
  });
  return [{ status: 202, operation: index, next }];
}

/** The delete ends the create before its time, and is repeated until that can make nothing any more. */
function instead(state: State, request: Deprovision, held: boolean): Outcome[] {
  let index = 0;
  const next = changed(state, (draft) => {
    operationAt(draft, pendingOn(draft, request).running ?? -1).state = 'failed';
    index = begin(draft, request, { verb: 'delete', held });
  });
  return [...started(next, index, true), { status: 202, operation: index, next }];
}
