import { setTimeout as pause } from 'node:timers/promises';
import { HttpClient } from '../../support/http-client.js';
import type { Violations } from '../violations.js';

const EVERY_MS = 250;
/** Far above what a loaded machine needs, and below what a platform waits. */
const LONGEST_MS = 30_000;

/** Asks for the readiness until the signal fires. */
export async function watchReadiness(url: string, signal: AbortSignal, violations: Violations): Promise<number> {
  const http = new HttpClient(url, {});
  let asked = 0;
  while (!signal.aborted) {
    const startedAtMs = Date.now();
    const { status, text } = await http.request('GET', '/health/ready');
    const durationMs = Date.now() - startedAtMs;
    asked += 1;
    if (status !== 200) violations.add('the gateway stays ready', `${status} ${text}`);
    if (durationMs > LONGEST_MS) violations.add('the gateway stays ready', `answered after ${durationMs} ms`);
    await pause(EVERY_MS);
  }
  await http.close();
  return asked;
}
