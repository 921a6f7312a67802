import { createSimulator, startBroker } from '#backends/simulator';

/** What the broker is asked by the benchmark: the polls of a stretch of time. */
export interface PollsWanted {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Polls {
  readonly count: number;
  /** From one poll of an instance to its next one; from the last one to the end where that is longer. */
  readonly pausesMs: readonly number[];
}

/** A simulator as a broker of its own that writes down when it was asked about which instance. */
const simulator = createSimulator({ serviceName: 'polled' });
const timesMs = new Map<string, number[]>();
const poll = simulator.lastInstanceOperation.bind(simulator);
simulator.lastInstanceOperation = (request, call) => {
  const times = timesMs.get(request.instanceId) ?? [];
  timesMs.set(request.instanceId, times);
  times.push(Date.now());
  return poll(request, call);
};

const broker = await startBroker({ backend: simulator, username: 'gateway', password: 'bench' });
process.send?.({ url: broker.url });
process.on('message', (wanted: PollsWanted) => process.send?.(pollsOf(wanted)));
process.once('disconnect', () => process.exit(0));

function pollsOf({ fromMs, toMs }: PollsWanted): Polls {
  let count = 0;
  const pausesMs: number[] = [];
  for (const all of timesMs.values()) {
    const times = all.filter((at) => at >= fromMs && at <= toMs);
    count += times.length;
    const pauses = times.map((at, index) => at - (times[index - 1] ?? fromMs));
    const toTheEnd = toMs - (times.at(-1) ?? fromMs);
    pausesMs.push(...pauses.slice(1), ...(toTheEnd > Math.max(...pauses, 0) ? [toTheEnd] : []));
  }
  return { count, pausesMs };
}
