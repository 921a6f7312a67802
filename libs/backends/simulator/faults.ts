import { errorFrom, type Behaviour } from './behaviour.js';

/** What the simulator throws when told to break: not a BrokerError, so that the outcome is unknown to the caller. */
class SimulatedCrash extends Error {
  override readonly name = 'SimulatedCrash';
}

/** Takes the time and throws the failure a behaviour asks for. Returns where it asks for neither. */
export async function actOut(behaviour: Behaviour, signal: AbortSignal): Promise<void> {
  if (behaviour.delayMs !== undefined) {
    await pause(behaviour.delayMs, behaviour.honourSignal === true ? signal : undefined);
  }
  if (behaviour.hang === true) await new Promise<never>(() => undefined);
  if (behaviour.failWith !== undefined) throw errorFrom(behaviour.failWith);
  if (behaviour.throw === true) throw new SimulatedCrash('the simulator was told to break');
}

/** Waits without holding the process open; rejects when the signal fires first. */
export function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new SimulatedCrash('the call was aborted'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, durationMs);
    timer.unref();
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop, { once: true });
  });
}
