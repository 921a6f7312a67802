import type { BackendCall, BackendLedger, History, Transition } from '../history.js';
import { nameOf } from './resource.js';

/**
 * I4: one instance gets one change at a time, and whoever takes an operation over raises its epoch. The call of what was
 * accepted has ended: a deprovision may come then, but not before.
 */
export function noOverlap({ backends, database }: History): string[] {
  return [...backends.flatMap(overlaps), ...stolen(database.transitions)];
}

function overlaps({ name, calls }: BackendLedger): string[] {
  return calls.flatMap((call, index) => {
    const other = calls.slice(index + 1).find((each) => sharesTurn(call, each) && !isRepetition(call, each) && overlap(call, each));
    return other ? [`backend ${name} got a ${other.verb} of ${nameOf(other)} while a ${call.verb} of ${nameOf(call)} was under way`] : [];
  });
}

/** Different bindings of an instance may be worked on side by side. */
function sharesTurn(a: BackendCall, b: BackendCall): boolean {
  if (a.instanceId !== b.instanceId) return false;
  return a.bindingId === undefined || b.bindingId === undefined || a.bindingId === b.bindingId;
}

/** A delete may be repeated while its own first call is under way (ADR 25). */
function isRepetition(a: BackendCall, b: BackendCall): boolean {
  return a.verb === b.verb && a.bindingId === b.bindingId && (a.verb === 'deprovision' || a.verb === 'unbind');
}

function overlap(a: BackendCall, b: BackendCall): boolean {
  return a.atMs < (b.endedAtMs ?? Infinity) && b.atMs < (a.endedAtMs ?? Infinity);
}

function stolen(transitions: readonly Transition[]): string[] {
  const operations = transitions.filter(({ table }) => table === 'operation');
  return operations.flatMap((next, index) => {
    const before = operations.slice(0, index).findLast(({ id }) => id === next.id);
    if (!before) return [];
    const [from, to] = [before.epoch ?? 0, next.epoch ?? 0];
    if (to < from) return [`the epoch of operation ${next.id} fell from ${from} to ${to}`];
    const isTaken = next.owner !== null && next.owner !== undefined && next.owner !== before.owner;
    return isTaken && to === from ? [`operation ${next.id} changed hands without a new epoch`] : [];
  });
}
