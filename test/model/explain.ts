import { ended } from './endings.js';
import type { Rules } from './model.js';
import { BUSY, FAILED, type Outcome, type Refusal } from './outcome.js';
import type { Request } from './requests.js';
import { changed, heard, operationAt, sameThing, type Ending, type Operation, type State } from './state.js';

/** What the gateway answered, as far as the model has a say in it. */
export interface Told {
  readonly status: number;
  readonly word?: string;
  readonly operation?: string;
  readonly shows?: { readonly plan?: string; readonly a?: number };
}

export interface Exchange {
  readonly request: Request;
  readonly told: Told;
}

interface Waiting {
  readonly on: number;
  readonly status: number;
  readonly told: Told;
}

/** A point on the way: what is so, whose turn has not come yet, and who waits for an answer. */
interface Point {
  readonly state: State;
  readonly left: readonly Exchange[];
  readonly waiting: readonly Waiting[];
}

/**
 * All states the broker can be in after requests that were under way together, from the states it could be in before:
 * in some order they must explain every answer. None left means that gateway and model differ.
 */
export function explained(rules: Rules, before: readonly State[], exchanges: readonly Exchange[], how: Ending): State[] {
  const after = new Map<string, State>();
  const seen = new Set<string>();
  const open: Point[] = before.map((state) => ({ state, left: exchanges, waiting: [] }));
  for (let point = open.pop(); point !== undefined; point = open.pop()) {
    const key = JSON.stringify([point.state, point.left.map((one) => exchanges.indexOf(one)), point.waiting]);
    if (seen.has(key)) continue;
    seen.add(key);
    if (isQuiet(point)) after.set(JSON.stringify(point.state), point.state);
    open.push(...taken(rules, point), ...endings(point, exchanges, how));
  }
  return [...after.values()];
}

/** Every answer is given, and nothing runs that ends by itself. */
const isQuiet = ({ state, left, waiting }: Point): boolean =>
  left.length === 0 && waiting.length === 0 && state.operations.every((one) => one.state !== 'in progress' || one.held);

/** One request has its turn. */
function taken(rules: Rules, { state, left, waiting }: Point): Point[] {
  return left.flatMap((exchange) => {
    const rest = left.filter((one) => one !== exchange);
    return rules(state, exchange.request).flatMap((outcome): Point[] => {
      if (outcome.waitsFor !== undefined) {
        const { waitsFor: on, status, next } = outcome;
        return [{ state: next, left: rest, waiting: [...waiting, { on, status, told: exchange.told }] }];
      }
      const next = fitting(outcome, exchange.told);
      return next === undefined ? [] : withoutCancelled({ state: next, left: rest, waiting });
    });
  });
}

/** Who waits for a create that a delete ends before its time is told so, or the operation that has failed. */
function withoutCancelled({ state, left, waiting }: Point): Point[] {
  const isOver = ({ on }: Waiting): boolean => operationAt(state, on).state === 'failed';
  let next: State | undefined = state;
  for (const { on, told } of waiting.filter(isOver)) {
    if (says(told, BUSY) || says(told, FAILED)) continue;
    next = next && told.status === 202 ? identified(next, on, told.operation) : undefined;
  }
  return next === undefined ? [] : [{ state: next, left, waiting: waiting.filter((one) => !isOver(one)) }];
}

/** The next state, where the answer is the one of this outcome. */
function fitting({ status, word, operation, shows, next }: Outcome, told: Told): State | undefined {
  if (told.status !== status || told.word !== word) return undefined;
  if (shows !== undefined && (shows.a !== told.shows?.a || shows.plan !== told.shows?.plan)) return undefined;
  return operation === undefined ? next : identified(next, operation, told.operation);
}

function identified(state: State, index: number, id: string | undefined): State | undefined {
  const known = operationAt(state, index).id;
  if (id === undefined || known === id) return id === undefined ? undefined : state;
  if (known !== undefined || state.operations.some((one) => one.id === id)) return undefined;
  return changed(state, (draft) => {
    operationAt(draft, index).id = id;
  });
}

/** One operation ends, and who waited for it is answered. */
function endings({ state, left, waiting }: Point, exchanges: readonly Exchange[], how: Ending): Point[] {
  return state.operations.flatMap((operation, index): Point[] => {
    if (operation.state !== 'in progress') return [];
    if (operation.held && !exchanges.some(({ request }) => letsEnd(request, operation))) return [];
    const answered = waiting.filter(({ on }) => on === index);
    const end = ended(state, index, operation.held ? how : 'succeeded');
    const next = answered.length > 0 ? heard(end, index) : end;
    const fits = answered.every(({ status, told }) => isAnswer(told, operationAt(next, index).state, status));
    return fits ? [{ state: next, left, waiting: waiting.filter(({ on }) => on !== index) }] : [];
  });
}

const isAnswer = (told: Told, ending: Operation['state'], status: number): boolean =>
  ending === 'succeeded' ? told.status === status && told.word === undefined : says(told, FAILED);

const says = (told: Told, [status, word]: Refusal): boolean => told.status === status && told.word === word;

const VERBS: Partial<Record<Request['does'], Operation['verb']>> = {
  provision: 'create',
  bind: 'create',
  update: 'update',
  deprovision: 'delete',
  unbind: 'delete',
};

/** What a request without `accepts_incomplete` may have to wait for is let end while it is under way. */
export const letsEnd = (request: Request, operation: Pick<Operation, 'verb' | 'platform' | 'instance' | 'binding'>): boolean =>
  'patient' in request && !request.patient && VERBS[request.does] === operation.verb && sameThing(operation, request);

/** The states after a history let an operation end; those where it does not run are left out. */
export function afterEnd(states: readonly State[], operation: Pick<Operation, 'verb' | 'platform' | 'instance' | 'binding'>, how: Ending): State[] {
  return states.flatMap((state) => {
    const index = state.operations.findIndex(
      (one) => one.state === 'in progress' && one.held && one.verb === operation.verb && sameThing(one, operation),
    );
    return index < 0 ? [] : explained(() => [], [ended(state, index, how)], [], how);
  });
}
