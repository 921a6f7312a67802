import { isOffered } from './instance-rules.js';
import { BAD, busy, BUSY, CONFLICT, failedBefore, GONE, joined, NOT_FOUND, refusals, started, type Outcome, type Refusal } from './outcome.js';
import { valueOf, type Request } from './requests.js';
import { begin, bindingOf, changed, heard, instanceOf, newLife, operationAt, pendingOn, unheardOf, type Binding, type Instance, type State } from './state.js';

type Bind = Extract<Request, { does: 'bind' }>;
type Unbind = Extract<Request, { does: 'unbind' }>;

/** BND 316-364, ROT 366-380, BLK 162, 167, 169. */
export function bind(state: State, request: Bind): Outcome[] {
  const instance = instanceOf(state, request);
  if (request.service === 'absent' && request.predecessor === undefined) return refusals(state, BAD);
  const wrong = !namesTheInstance(instance, request);
  if (instance === undefined) return wrong ? refusals(state, BAD, NOT_FOUND) : refusals(state, NOT_FOUND);
  const unheard = unheardOf(state, request);
  if (unheard !== undefined) return failedBefore(state, unheard, request.patient);
  const existing = bindingOf(state, request);
  const isBusy = instanceIsBusy(state, request) || !instance.ready;
  if (existing !== undefined) return again(state, existing, request, wrong, isBusy);
  const reasons = reasonsAgainst(state, instance, request, wrong);
  if (isBusy) return refusals(state, BUSY, ...reasons);
  if (reasons.length > 0) return refusals(state, ...reasons);
  let index = 0;
  const next = changed(state, (draft) => {
    const life = newLife(draft, request);
    const made = instanceOf(draft, request);
    if (made === undefined) throw new Error('the model binds an instance that is not there');
    const inherited = inherits(request) ? valueOf(made.bindings[request.predecessor]?.a ?? 'none') : {};
    const predecessor = request.predecessor === undefined ? {} : { predecessor: request.predecessor };
    made.bindings[request.binding] = { life, ready: false, plan: instance.plan, ...inherited, ...valueOf(request.parameters), ...predecessor };
    index = begin(draft, request, { verb: 'create', held: instance.plan === 'async-bind' });
  });
  return started(next, index, request.patient);
}

function again(state: State, existing: Binding, request: Bind, wrong: boolean, instanceBusy: boolean): Outcome[] {
  const sameParameters = inherits(request) || existing.a === valueOf(request.parameters).a;
  const equal = !wrong && sameParameters && existing.predecessor === request.predecessor;
  const { running, queued } = pendingOn(state, request);
  const operation = running === undefined ? undefined : operationAt(state, running);
  if (operation?.verb === 'delete' || queued !== undefined) {
    const joins = equal && running !== undefined && operation?.verb === 'create' ? joined(state, running, request.patient) : [];
    return [...joins, ...refusals(state, BUSY, ...(wrong ? [BAD, CONFLICT] : []), ...(equal ? [] : [CONFLICT]))];
  }
  const busyToo = instanceBusy ? busy(state) : [];
  if (!equal) return [...busyToo, ...refusals(state, CONFLICT, ...(wrong ? [BAD] : []))];
  if (running !== undefined) return [...busyToo, ...joined(state, running, request.patient)];
  return [...busyToo, { status: 200, next: state }];
}

/** A rotation that names no parameters takes those of its predecessor (ROT 370). */
const inherits = (request: Bind): request is Bind & { predecessor: string } =>
  request.predecessor !== undefined && valueOf(request.parameters).a === undefined;

function reasonsAgainst(state: State, instance: Instance, request: Bind, wrong: boolean): Refusal[] {
  if (wrong || instance.plan === 'not-bindable') return [BAD];
  if (request.predecessor === undefined) return [];
  const { platform, instance: name, predecessor } = request;
  const before = { platform, instance: name, binding: predecessor };
  if (!ROTATABLE.has(instance.plan) || predecessor === request.binding || bindingOf(state, before) === undefined) return [BAD];
  return pendingOn(state, before).running === undefined ? [] : [BUSY];
}

/** Plans that announce binding_rotatable. */
const ROTATABLE: ReadonlySet<string> = new Set(['rotatable', 'async-bind']);

/** A rotation need not name service and plan. */
function namesTheInstance(instance: Instance | undefined, { service, plan, predecessor }: Bind): boolean {
  if (service === 'absent' && predecessor !== undefined) return true;
  return service === 'own' && isOffered(plan) && (instance === undefined || instance.plan === plan);
}

function instanceIsBusy(state: State, { platform, instance }: Request): boolean {
  const { running, queued } = pendingOn(state, { platform, instance });
  return running !== undefined || queued !== undefined;
}

/** UNB 397-413, BLK 166. */
export function unbind(before: State, request: Unbind): Outcome[] {
  const instance = instanceOf(before, request);
  if (request.service === 'absent') return refusals(before, BAD);
  if (instance === undefined || bindingOf(before, request) === undefined) return refusals(heard(before, request), GONE);
  const { running, queued } = pendingOn(before, request);
  const instanceBusy = instanceIsBusy(before, request);
  const isBusy = instanceBusy || running !== undefined;
  if (request.service === 'other') return refusals(before, BAD, ...(isBusy ? [BUSY] : []));
  const state = heard(before, request);
  const busyToo = instanceBusy ? busy(state) : [];
  if (queued !== undefined) return [...busyToo, ...(request.patient ? joined(state, queued, true) : busy(state))];
  if (running !== undefined && operationAt(state, running).verb === 'delete') return [...busyToo, ...joined(state, running, request.patient)];
  // Behind its own bind it may wait, also where the delete of the whole instance does so already (UNB 407).
  if (running === undefined ? instanceBusy : !request.patient) return busy(state);
  let index = 0;
  const next = changed(state, (draft) => {
    const waiting = running === undefined ? {} : { state: 'queued' as const };
    index = begin(draft, request, { verb: 'delete', held: instance.plan === 'async-bind', ...waiting });
  });
  return running === undefined ? started(next, index, request.patient) : [{ status: 202, operation: index, next }];
}
