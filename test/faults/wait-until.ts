import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 10;
const PATIENCE_MS = 120_000;

/** Looks until the condition holds; fails with its name when it does not in two minutes. */
export async function waitUntil(condition: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain until ${condition}`);
    await pause(LOOK_EVERY_MS);
  }
}
