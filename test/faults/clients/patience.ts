import { setTimeout as pause } from 'node:timers/promises';

const STEP_MS = 40;
const PATIENCE_MS = 60_000;

/** Tries until the try gives something; a platform's backoff, shortened. */
export async function patiently<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const outcome = await attempt();
    if (outcome !== undefined) return outcome;
    if (Date.now() > deadlineMs) throw new Error(`the platform waited ${PATIENCE_MS / 1000} s in vain: ${what}`);
    await pause(STEP_MS);
  }
}
