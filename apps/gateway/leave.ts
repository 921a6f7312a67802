import { setTimeout as pause } from 'node:timers/promises';
import type { RunningGateway } from './start-gateway.js';

/** Ends the process in order. Requests are taken for a while yet: load balancers take some time to look elsewhere. */
export async function leave(gateway: Pick<RunningGateway, 'drain' | 'stop'>, drainSeconds: number): Promise<never> {
  gateway.drain();
  await pause(drainSeconds * 1000);
  await gateway.stop();
  process.exit(0);
}
