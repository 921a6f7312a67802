import {
  begin,
  bindingOf,
  bindingsAreBusy,
  changed,
  instanceKey,
  instanceOf,
  operationAt,
  pendingOn,
  type Ending,
  type Operation,
  type State,
} from './state.js';

/** Deletes of what was never complete are repeated by the gateway until they succeed; histories let them. */
export function canFail(state: State, operation: Operation): boolean {
  if (operation.verb !== 'delete') return true;
  return (operation.binding === undefined ? instanceOf(state, operation) : bindingOf(state, operation))?.ready === true;
}

/** What is so when the operation has ended, and what waited for its end has begun. */
export function ended(state: State, index: number, wished: Ending): State {
  return changed(state, (draft) => {
    const operation = operationAt(draft, index);
    const ending = canFail(draft, operation) ? wished : 'succeeded';
    operation.state = ending;
    if (ending === 'succeeded') succeed(draft, operation);
    else if (operation.verb === 'create') failCreate(draft, operation);
    startQueued(draft, operation);
  });
}

function succeed(draft: State, operation: Operation): void {
  const instance = instanceOf(draft, operation);
  if (instance === undefined) throw new Error('an operation of the model ended without its instance');
  const { verb, target, binding } = operation;
  if (verb === 'delete' && binding !== undefined) delete instance.bindings[binding];
  else if (verb === 'delete') delete draft.instances[instanceKey(operation)];
  else if (verb === 'update') Object.assign(instance, target);
  else Object.assign(bindingOf(draft, operation) ?? instance, { ready: true });
}

/** What it left is removed, and its platform is to be told; unless a delete waits already. */
function failCreate(draft: State, operation: Operation): void {
  if (pendingOn(draft, operation).queued !== undefined) return;
  operation.unheard = true;
  begin(draft, operation, { verb: 'delete', byGateway: true, held: deletesAreHeld(draft, operation) });
}

function startQueued(draft: State, { platform, instance, binding }: Operation): void {
  for (const thing of binding === undefined ? [{ platform, instance }] : [{ platform, instance, binding }, { platform, instance }]) {
    const { running, queued } = pendingOn(draft, thing);
    if (queued === undefined || running !== undefined) continue;
    if (!('binding' in thing) && bindingsAreBusy(draft, thing)) continue;
    const operation = operationAt(draft, queued);
    operation.state = 'in progress';
    operation.held = deletesAreHeld(draft, operation);
  }
}

const deletesAreHeld = (state: State, operation: Operation): boolean =>
  instanceOf(state, operation)?.plan === (operation.binding === undefined ? 'async' : 'async-bind');
