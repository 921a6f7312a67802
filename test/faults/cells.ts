import type { Failpoint } from '#core';
import type { OperationKind } from '#sdk';

/** While the backend has the request, while it has done what was asked, and in the middle of its answer. */
export type PlaceAtBackend = 'backend-before-acting' | 'backend-after-acting' | 'backend-mid-answer';

/** Where the gateway dies: at a failpoint of its own, in the middle of its answer, or while the backend works on its request. */
export type Place = Failpoint | 'mid-answer' | PlaceAtBackend;

export type Mode = 'sync' | 'async';

/** What is going on: the request itself, the polls after a 202, or the clean-up after a create that failed. */
export type Phase = 'request' | 'poll' | 'mitigation';

/** One field of the matrix. */
export interface Cell {
  readonly name: string;
  readonly phase: Phase;
  /** What the platform asks for. */
  readonly kind: OperationKind;
  readonly mode: Mode;
  readonly place: Place;
  readonly replicas: 1 | 2;
  readonly action: 'kill' | 'stop';
}

type Row = Omit<Cell, 'name' | 'replicas' | 'action'>;

const KINDS: readonly OperationKind[] = ['provision', 'update', 'deprovision', 'bind', 'unbind'];
const MODES: readonly Mode[] = ['sync', 'async'];
const REPLICAS = [1, 2] as const;

const ON_THE_WAY: readonly Place[] = [
  'before-backend-call',
  'backend-before-acting',
  'backend-after-acting',
  'backend-mid-answer',
  'after-backend-answer',
  'before-result-commit',
  'after-result-commit',
];
const OF_REQUESTS: readonly Place[] = ['after-authentication', 'after-intent', ...ON_THE_WAY, 'mid-answer'];
const OF_POLLS: readonly Place[] = [
  'after-intent',
  'before-poll',
  'backend-before-acting',
  'backend-after-acting',
  'backend-mid-answer',
  'before-result-commit',
  'after-result-commit',
];
const OF_CLEAN_UPS: readonly Place[] = ['before-clean-up', ...ON_THE_WAY];
/** Where a process that stands still and wakes later can do harm. */
const OF_ZOMBIES: readonly Place[] = ['after-intent', 'before-backend-call', 'after-backend-answer', 'before-result-commit'];

/** Every combination that can occur, in a fixed order. */
export function cells(): Cell[] {
  const rows = [...requests(OF_REQUESTS), ...polls(), ...cleanUps()];
  const killed = rows.flatMap((row) => REPLICAS.map((replicas) => cell(row, replicas, 'kill')));
  return [...killed, ...requests(OF_ZOMBIES).map((row) => cell(row, 2, 'stop'))];
}

/** @throws when there is none of this name */
export function cellNamed(wanted: string): Cell {
  const found = cells().find(({ name }) => name === wanted);
  if (!found) throw new Error(`the matrix has no cell ${wanted}`);
  return found;
}

function requests(places: readonly Place[]): Row[] {
  return KINDS.flatMap((kind) => MODES.flatMap((mode) => places.map((place): Row => ({ phase: 'request', kind, mode, place }))));
}

/** Only what was accepted is polled. */
function polls(): Row[] {
  return KINDS.flatMap((kind) => OF_POLLS.map((place): Row => ({ phase: 'poll', kind, mode: 'async', place })));
}

/** Only creates leave something behind that the gateway owes to remove. */
function cleanUps(): Row[] {
  const creates = ['provision', 'bind'] as const;
  return creates.flatMap((kind) =>
    MODES.flatMap((mode) => OF_CLEAN_UPS.map((place): Row => ({ phase: 'mitigation', kind, mode, place }))),
  );
}

function cell(row: Row, replicas: 1 | 2, action: Cell['action']): Cell {
  const what = row.phase === 'request' ? row.kind : `${row.phase}-of-${row.kind}`;
  return { ...row, replicas, action, name: `${action}/${row.place}/${what}/${row.mode}/${replicas}` };
}
