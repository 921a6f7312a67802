import { mitigateBinding, planOf } from './binding-jobs.js';
import type { LastOperation } from './database.js';
import { note, type Desk } from './desk.js';
import { mitigateInstance } from './instance-jobs.js';

const EVERY_SECONDS = 300;
/** 1.1 times the longest wait for an answer. */
const STUCK_AFTER_SECONDS = 66;
const IN_PROGRESS_EVERY = 12;
const FORGOTTEN_AFTER_SECONDS = 7 * 24 * 3_600;

/**
 * Looks every five minutes for creates that nobody works on, and every hour for operations nobody polls any more. They
 * have failed then, and what the creates have left is deleted. Ends when nothing is stuck.
 */
export async function cleanUp(desk: Desk): Promise<void> {
  for (let look = 1; stuck(desk, ['initial', 'in progress']) > 0; look += 1) {
    await desk.clock.wait(EVERY_SECONDS);
    fail(desk, 'initial', STUCK_AFTER_SECONDS);
    if (look % IN_PROGRESS_EVERY === 0) fail(desk, 'in progress', 0);
  }
}

function stuck(desk: Desk, states: readonly LastOperation['state'][]): number {
  const rows = [...desk.database.instances.values(), ...desk.database.bindings.values()];
  return rows.filter(({ lastOperation }) => states.includes(lastOperation.state) && isLeftBehind(desk, lastOperation)).length;
}

function fail(desk: Desk, state: LastOperation['state'], afterSeconds: number): void {
  const { database, clock } = desk;
  const isStuck = (operation: LastOperation): boolean => {
    const ageSeconds = clock.nowSeconds - operation.sinceSeconds;
    return operation.state === state && isLeftBehind(desk, operation) && ageSeconds > afterSeconds && ageSeconds < FORGOTTEN_AFTER_SECONDS;
  };
  for (const row of [...database.bindings.values()].filter(({ lastOperation }) => isStuck(lastOperation))) {
    note(row, 'failed', 'The operation was interrupted.');
    if (row.lastOperation.type === 'create') mitigateBinding(desk, row, planOf(desk, row));
  }
  for (const row of [...database.instances.values()].filter(({ lastOperation }) => isStuck(lastOperation))) {
    note(row, 'failed', 'The operation was interrupted.');
    if (row.lastOperation.type === 'create') mitigateInstance(desk, row.guid, database.plan(row.planId));
  }
}

const isLeftBehind = ({ workers }: Desk, { worker }: LastOperation): boolean => worker !== workers.number;
