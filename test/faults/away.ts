import { setTimeout as pause } from 'node:timers/promises';
import { GatewayHome, type GatewayProcess } from '../support/gateway-process.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { Asker } from './asker.js';
import { ADMIN, FIRST_PLATFORM, SEALING_KEYS } from './logins.js';
import { waitUntil } from './wait-until.js';

export interface AwayOptions {
  /** How often everything is asked while the database is away. */
  readonly rounds: number;
  readonly pauseMs: number;
}

/** What a gateway was like while its database was away. */
export interface AwayReport {
  readonly asked: number;
  /** Answers that were not what they must be, by question. */
  readonly wrong: Readonly<Record<string, number>>;
  readonly awaySeconds: number;
  /** What the log says of anything but single requests. */
  readonly logLines: readonly string[];
  readonly residentBytes: { readonly atStart: number; readonly atEnd: number };
  /** From the moment the database took connections until the first change was carried out. */
  readonly untilServedMs: number;
}

const WARM_UP_ROUNDS = 20;

/** Runs the built gateway with the timings of production, takes its database away, asks it over and over, gives it back. */
export async function playAway({ rounds, pauseMs }: AwayOptions): Promise<AwayReport> {
  const [postgres, home] = await Promise.all([OwnPostgres.start(), GatewayHome.make()]);
  try {
    const gateway = await home.start({ env: environment((await postgres.gatewayDatabase()).url) });
    const asker = await Asker.of(gateway);
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await asker.ask({ isAway: false });
    const atStart = await asker.residentBytes();
    const linesBefore = gateway.lines.length;
    const awaySinceMs = Date.now();
    await postgres.kill();
    const wrong: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      wrong.push(...(await asker.ask({ isAway: true })));
      await pause(pauseMs);
    }
    await says(gateway, 'the database is away');
    const atEnd = await asker.residentBytes();
    const awaySeconds = (Date.now() - awaySinceMs) / 1000;
    await postgres.restart();
    const backAtMs = Date.now();
    await waitUntil('changes are carried out again', async () => (await asker.provision()).status < 300);
    const untilServedMs = Date.now() - backAtMs;
    await says(gateway, 'the database is back');
    await asker.close();
    return {
      asked: rounds * asker.questions,
      wrong: countsOf(wrong),
      awaySeconds,
      logLines: gateway.lines.slice(linesBefore).filter((line) => !/"msg":"request (answered|failed)"/.test(line)),
      residentBytes: { atStart, atEnd },
      untilServedMs,
    };
  } finally {
    await home.remove();
    await postgres.remove();
  }
}

/** What works in the background looks every second. */
function says(gateway: GatewayProcess, text: string): Promise<void> {
  return waitUntil(`the log says "${text}"`, () => gateway.lines.some((line) => line.includes(text)));
}

const environment = (databaseUrl: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  SEALING_KEYS,
  ADMIN_PASSWORD: ADMIN.password,
  PLATFORM_PASSWORD: FIRST_PLATFORM.password,
  BACKEND_ALLOWED_HOSTS: '127.0.0.0/8',
});

function countsOf(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));
}
