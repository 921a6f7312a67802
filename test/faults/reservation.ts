import type { WireFaultInput } from '#backends/simulator';
import type { OperationKind } from '#sdk';
import type { Cell } from './cells.js';
import type { Fault } from './fault.js';
import type { Subject } from './platform-recorder.js';

/** Longer than it takes to notice a request and kill who sent it, shorter than a call may take. */
const HOLD_MS = 300;

const METHODS: Record<OperationKind, string> = { provision: 'PUT', bind: 'PUT', update: 'PATCH', deprovision: 'DELETE', unbind: 'DELETE' };

/** The fault one gateway is armed with. The first passing of a poll is the request itself, at the gateway that got it. */
export function faultsFor(cell: Cell, { isFirst }: { readonly isFirst: boolean }): Fault[] {
  const { phase, place, action } = cell;
  const requestPasses = phase === 'poll' && isFirst && place !== 'before-poll';
  const nth = requestPasses ? 2 : 1;
  const isOfRequest = place === 'after-authentication' || place === 'mid-answer';
  return [{ at: place as Fault['at'], what: isOfRequest ? METHODS[cell.kind] : struckKind(cell), nth, action: { kind: action } }];
}

/** The request the backend must get for a cell that strikes there. */
export function verbsOf(cell: Cell, subject: Subject): { method: string; path: RegExp } {
  if (cell.phase === 'poll') return { method: 'GET', path: new RegExp(`^${pathOf(subject)}/last_operation$`) };
  return { method: METHODS[struckKind(cell)], path: new RegExp(`^${pathOf(subject)}$`) };
}

/** What the broker does for this cell: holds the request or (part of) its answer; fails a create that is to be cleaned up. */
export function backendFault(cell: Cell, subject: Subject): WireFaultInput[] {
  const { method, path } = verbsOf(cell, subject);
  const at = { method, path: path.source };
  const failing = cell.phase === 'mitigation' && cell.mode === 'sync';
  return [
    ...(failing ? [{ method: 'PUT', path: `^${pathOf(subject)}$`, status: 500 }] : []),
    ...(cell.place === 'backend-before-acting' ? [{ ...at, delayMs: HOLD_MS }] : []),
    ...(cell.place === 'backend-after-acting' ? [{ ...at, answerDelayMs: HOLD_MS }] : []),
    ...(cell.place === 'backend-mid-answer' ? [{ ...at, dripMs: HOLD_MS }] : []),
  ];
}

/** A clean-up is the opposite of what was asked for. */
function struckKind({ phase, kind }: Cell): OperationKind {
  if (phase !== 'mitigation') return kind;
  return kind === 'bind' ? 'unbind' : 'deprovision';
}

function pathOf({ instanceId, bindingId }: Subject): string {
  return `/v2/service_instances/${instanceId}${bindingId === undefined ? '' : `/service_bindings/${bindingId}`}`;
}
