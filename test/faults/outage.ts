import { setting, type HowItEnds } from './outage-setting.js';
import { DIRECT, Stage } from './stage.js';
import { Stream } from './stream.js';
import { waitUntil } from './wait-until.js';

export interface OutageOptions {
  readonly how: HowItEnds;
  readonly seed: number;
  readonly replicas: number;
  /** How many platforms ask side by side. */
  readonly lanes: number;
  /** How many changes are carried out before the server is killed, and again afterwards. */
  readonly changes: number;
  /** How many requests are refused before there is a server again. */
  readonly refusals: number;
}

/** What an outage was like for the platforms. */
export interface OutageReport {
  /** From the kill until a server took changes again at the gateways' address. */
  readonly awayMs: number;
  /** From then until the first change was answered. */
  readonly untilServedMs: number;
  readonly requests: number;
  /** How often each status was given from the kill on; without one: why. */
  readonly answers: Readonly<Record<string, number>>;
  /** How many gateways ended. Nobody starts them again. */
  readonly ended: number;
  /** Sentences; none when all is well. */
  readonly violations: readonly string[];
}

/** Kills the database server under a stream of operations, has another one take its place, and checks all promises. */
export async function playOutage({ how, seed, replicas, lanes, changes, refusals }: OutageOptions): Promise<OutageReport> {
  const server = await setting(how);
  const stage = await Stage.start(replicas, DIRECT, server.database);
  try {
    const stream = new Stream(stage, lanes, seed);
    await waitUntil('operations are going on', () => stream.changesSince(0).length >= changes);
    const killedAtMs = Date.now();
    await server.kill();
    await waitUntil('platforms were refused', () => stream.refusalsSince(killedAtMs).length >= refusals);
    await server.replace();
    const replacedAtMs = Date.now();
    await waitUntil('changes are carried out again', () => stream.changesSince(replacedAtMs).length >= changes);
    const violations = await stream.end();
    const [first] = stream.changesSince(replacedAtMs).map(({ returnedAtMs = Infinity }) => returnedAtMs).toSorted((a, b) => a - b);
    const after = stream.entries.filter(({ returnedAtMs }) => (returnedAtMs ?? 0) >= killedAtMs);
    return {
      awayMs: replacedAtMs - killedAtMs,
      untilServedMs: (first ?? Infinity) - replacedAtMs,
      requests: stream.entries.length,
      answers: countsOf(after.map(({ status, lost }) => String(status ?? lost))),
      ended: stage.gateways.filter(({ url }) => url === undefined).length,
      violations,
    };
  } finally {
    await stage.close();
    await server.remove();
  }
}

function countsOf(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));
}
