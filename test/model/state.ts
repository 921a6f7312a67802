/** What an operation does, whether to an instance or to a binding. */
export type Verb = 'create' | 'update' | 'delete';

export type Ending = 'succeeded' | 'failed';

/** An instance or a binding, by the names it has in a history. */
export interface Thing {
  readonly platform: string;
  readonly instance: string;
  readonly binding?: string;
}

export interface Operation extends Thing {
  readonly verb: Verb;
  /** Which life of the thing it belongs to: an id can be used again. */
  readonly life: number;
  /** The life of the instance. */
  readonly within: number;
  state: 'queued' | 'in progress' | Ending;
  /** Runs at the backend until the history ends it; others end by themselves. */
  held: boolean;
  /** A clean-up nobody asked for. */
  byGateway: boolean;
  /** A create that failed, and its platform was not told yet: that comes before anything new under the id. */
  unheard: boolean;
  /** As told with a 202; unknown until then. */
  id?: string;
  /** What the thing becomes when an update succeeds, and what was asked for. */
  target?: { readonly plan: string; readonly a?: number };
  asked?: string;
}

export interface Binding {
  readonly life: number;
  ready: boolean;
  readonly plan: string;
  readonly a?: number;
  readonly predecessor?: string;
}

export interface Instance {
  readonly life: number;
  ready: boolean;
  plan: string;
  readonly space: string;
  a?: number;
  readonly bindings: Record<string, Binding>;
}

/** All that the platforms can know of the broker. */
export interface State {
  readonly instances: Record<string, Instance>;
  readonly operations: Operation[];
  /** How many lives the ids have had. */
  readonly lives: Record<string, number>;
}

export const NOTHING: State = { instances: {}, operations: [], lives: {} };

export const instanceKey = ({ platform, instance }: Thing): string => `${platform} ${instance}`;
const lifeKey = (thing: Thing): string => `${instanceKey(thing)} ${thing.binding ?? ''}`;

export const instanceOf = (state: State, thing: Thing): Instance | undefined => state.instances[instanceKey(thing)];

export const bindingOf = (state: State, thing: Thing): Binding | undefined =>
  instanceOf(state, thing)?.bindings[thing.binding ?? ''];

export const sameInstance = (one: Thing, other: Thing): boolean => instanceKey(one) === instanceKey(other);

export const sameThing = (one: Thing, other: Thing): boolean =>
  sameInstance(one, other) && one.binding === other.binding;

const isPending = ({ state }: Operation): boolean => state === 'queued' || state === 'in progress';

/** What runs on the instance or binding itself, and a delete that waits for its end. */
export function pendingOn(state: State, thing: Thing): { running?: number; queued?: number } {
  const indexIn = (wanted: Operation['state']): number =>
    state.operations.findIndex((one) => one.state === wanted && sameThing(one, thing));
  const [running, queued] = [indexIn('in progress'), indexIn('queued')];
  return { ...(running < 0 ? {} : { running }), ...(queued < 0 ? {} : { queued }) };
}

/** Whether anything is under way on a binding of the instance. */
export const bindingsAreBusy = (state: State, thing: Thing): boolean =>
  state.operations.some((one) => isPending(one) && one.binding !== undefined && sameInstance(one, thing));

/** A copy of the state with one thing done to it. */
export function changed(state: State, change: (draft: State) => void): State {
  const draft = structuredClone(state);
  change(draft);
  return draft;
}

/** The next life of an id. */
export function newLife(draft: State, thing: Thing): number {
  const life = (draft.lives[lifeKey(thing)] ?? 0) + 1;
  draft.lives[lifeKey(thing)] = life;
  return life;
}

export const lifeOf = (state: State, thing: Thing): number => state.lives[lifeKey(thing)] ?? 0;

/** Adds an operation of the thing's present life; gives its index. */
export function begin(draft: State, { platform, instance, binding }: Thing, more: Pick<Operation, 'verb'> & Partial<Operation>): number {
  const thing = { platform, instance, ...(binding === undefined ? {} : { binding }) };
  const [life, within] = [lifeOf(draft, thing), lifeOf(draft, { platform, instance })];
  return draft.operations.push({ ...thing, life, within, state: 'in progress', held: false, byGateway: false, unheard: false, ...more }) - 1;
}

/** The create of this name that failed without its platform being told, where what it was part of is still there. */
export function unheardOf(state: State, thing: Thing): number | undefined {
  const { platform, instance } = thing;
  const within = lifeOf(state, { platform, instance });
  const index = state.operations.findIndex((one) => one.unheard && one.within === within && sameThing(one, thing));
  return index < 0 ? undefined : index;
}

/** The platform was told, or does not want to know: of one operation, or of all on the thing. */
export const heard = (state: State, what: number | Thing): State =>
  changed(state, ({ operations }) => {
    for (const [index, one] of operations.entries()) if (index === what || (typeof what !== 'number' && sameThing(one, what))) one.unheard = false;
  });

/** The operation at this place; what is not there is a mistake of the model. */
export function operationAt({ operations }: State, index: number): Operation {
  const operation = operations[index];
  if (operation === undefined) throw new Error(`the model has no operation ${index}`);
  return operation;
}
