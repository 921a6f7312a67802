import { setTimeout as pause } from 'node:timers/promises';
import { BrokerError, type Call } from '#sdk';

const PAUSES_MS = [250, 500, 1_000, 2_000];

/**
 * Reads what its backend said is there. A backend that answers from several processes may not find it for a moment: a
 * `NotFound` counts when it was said five times, over some four seconds or until the call's deadline.
 */
export async function retryWhileNotFound<T>(read: () => Promise<T>, { signal, deadline }: Pick<Call, 'signal' | 'deadline'>): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await read();
    } catch (error) {
      const isNotFound = error instanceof BrokerError && error.code === 'NotFound';
      if (!isNotFound || Date.now() + pauseMs >= deadline.getTime()) throw error;
    }
    await pause(pauseMs, undefined, { signal });
  }
  return read();
}
