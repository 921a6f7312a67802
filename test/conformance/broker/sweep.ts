import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../wire/answer.js';
import type { BrokerUnderTest } from './broker-under-test.js';
import type { Left } from './traces.js';

const AT_ONCE = 8;

/** Removes all that the rows left; answers what could not be removed, and why. */
export async function sweep(broker: BrokerUnderTest): Promise<string[]> {
  const bindings = await removeAll(broker, broker.traces.left.filter(isBinding));
  const instances = await removeAll(broker, broker.traces.left.filter((left) => !isBinding(left)));
  return [...bindings, ...instances];
}

const isBinding = ({ path }: Left): boolean => path.includes('/service_bindings/');

async function removeAll(broker: BrokerUnderTest, all: readonly Left[]): Promise<string[]> {
  const waiting = [...all];
  const problems: string[] = [];
  const worker = async (): Promise<void> => {
    for (let left = waiting.pop(); left; left = waiting.pop()) {
      const problem = await remove(broker, left);
      if (problem !== undefined) problems.push(`${left.path}: ${problem}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return problems;
}

/** Asks until it is gone, as a platform does. */
async function remove(broker: BrokerUnderTest, left: Left): Promise<string | undefined> {
  const { endMs, pollMs } = broker.limits;
  const until = performance.now() + endMs;
  let last = 'it was never answered';
  while (performance.now() < until) {
    try {
      const answer = await removal(broker, left);
      if (answer.status === 200 || answer.status === 410) return undefined;
      last = answer.story;
      if (refusedForGood(answer)) return last;
      if (answer.status === 202) await broker.polled(left.path, answer.word('operation'));
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await pause(pollMs);
  }
  return last;
}

const refusedForGood = ({ status }: Answer): boolean => status >= 400 && status < 500 && status !== 422;

function removal(broker: BrokerUnderTest, { path, serviceId, planId }: Left): Promise<Answer> {
  const fallback = broker.anyPlan;
  const query = { service_id: serviceId ?? fallback.serviceId, plan_id: planId ?? fallback.planId, accepts_incomplete: 'true' };
  return broker.send('DELETE', path, { query });
}
