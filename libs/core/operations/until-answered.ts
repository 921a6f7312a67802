import { BrokerError } from '#sdk';
import type { Caller } from './caller.js';

/**
 * Looks again where what was looked at is over before it could be answered, for as long as the caller waits.
 *
 * @throws BrokerError ConcurrencyError when nothing holds for so long
 */
export async function untilAnswered<T>({ deadline }: Pick<Caller, 'deadline'>, attempt: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await attempt();
    if (answer) return answer;
    if (Date.now() >= deadline.getTime()) throw new BrokerError('ConcurrencyError', 'what has this id changes all the time; try again');
  }
}
