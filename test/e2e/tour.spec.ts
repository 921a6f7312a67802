import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Leftovers } from '../../apps/cli/tour/leftovers.js';
import { PlatformClient } from '../../apps/cli/tour/platform-client.js';
import { runTour } from '../../apps/cli/tour/run-tour.js';
import { ServiceCatalog } from '../../apps/cli/tour/service-catalog.js';
import { tenantServer, TestGateway } from '../support/gateway.js';
import { query } from '../support/postgres.js';

const LOGIN = { username: 'platform', password: 'platform-password' };
let gateway: TestGateway;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tour-'));
  // The one connection of plan "narrow" is the app's: the key finds none left, half way through the story.
  const narrow = { id: 'narrow', name: 'small', description: 'Narrow', connectionLimit: 1 };
  const wide = { id: 'wide', name: 'large', description: 'Wide', connectionLimit: 10 };
  const settings = { ...tenantServer(), serviceId: 'narrow-postgresql', serviceName: 'postgresql', plans: [narrow, wide] };
  await writeFile(
    join(folder, 'narrow.yaml'),
    JSON.stringify({
      backends: [
        { name: 'demo', type: 'demo' },
        { name: 'postgresql', type: 'postgresql', settings },
      ],
    }),
  );
  gateway = await TestGateway.start();
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true });
});

interface Tour {
  readonly well: boolean;
  readonly lines: readonly string[];
}

async function tour(of = gateway, breakOffAt = 'never'): Promise<Tour> {
  const stop = new AbortController();
  const lines: string[] = [];
  const print = (line: string): void => {
    lines.push(line);
    if (line.includes(breakOffAt)) stop.abort();
  };
  return { well: await runTour({ url: of.url, login: LOGIN, signal: stop.signal }, print), lines };
}

/** What of the instances this gateway ever had still stands, in its record and on the server. */
async function leftBehind(of = gateway): Promise<{ instances: string[]; databases: string[] }> {
  const { body } = await of.admin().request('GET', '/admin/v1/instances', { query: { limit: '500' } });
  const all: { instanceId: string; state: string }[] = body['items'];
  const comments = await query<{ comment: string | null }>(
    of.database.url,
    "select shobj_description(oid, 'pg_database') as comment from pg_database",
  );
  const databases = comments.flatMap(({ comment }) => comment ?? []);
  return {
    instances: all.filter(({ state }) => state !== 'deleted').map(({ instanceId }) => instanceId),
    databases: databases.filter((comment) => all.some(({ instanceId }) => comment.includes(instanceId))),
  };
}

const NOTHING = { instances: [], databases: [] };

test('the tour goes well twice in a row and leaves nothing behind', async () => {
  for (const _time of ['first', 'again']) {
    const { well, lines } = await tour();
    expect(lines.filter((line) => line.includes('✗'))).toEqual([]);
    expect(lines.at(-1)).toMatch(/^\nAll of it went as it should: \d\d steps in/);
    expect(well).toBe(true);
  }
  expect(await leftBehind()).toEqual(NOTHING);
});

test('a surprise half way ends the tour with what was expected and what came, and what was made is removed', async () => {
  const env = { CONFIG_FILE: join(folder, 'narrow.yaml') };
  const narrow = await TestGateway.start({ env });
  try {
    const { well, lines } = await tour(narrow);
    expect(lines.slice(-3)).toEqual([
      '  ✗ somebody logs in with the key',
      expect.stringMatching(/^\nexpected to get into database .+\n {5}got 53300 too many connections/),
      expect.stringMatching(/^service instance [\da-f-]{36} was removed$/),
    ]);
    expect([well, await leftBehind(narrow)]).toEqual([false, NOTHING]);
  } finally {
    await narrow.stop();
  }
});

test('a tour that is broken off removes what it made', async () => {
  const { well, lines } = await tour(gateway, 'the app reads them');
  expect(lines.slice(-2)).toEqual(['\nBroken off.', expect.stringMatching(/^service instance .+ was removed$/)]);
  expect([well, await leftBehind()]).toEqual([false, NOTHING]);
});

test('the clients of the tour poll what is accepted, and fetch credentials that come later', async () => {
  await gateway.register('simulated', 'simulator', { serviceName: 'simulated', asyncDurationMs: 100 });
  const exchange = { url: gateway.url, login: LOGIN, signal: AbortSignal.timeout(20_000) };
  const kubernetes = new (class extends ServiceCatalog {
    override readonly bindsAsynchronously = true;
  })();
  const client = new PlatformClient(exchange, kubernetes, new Leftovers());
  const slow = await gateway.plan('simulated', 'async');
  const slowToBind = await gateway.plan('simulated', 'async-bind');
  try {
    expect(await client.provision('i-1', slow, kubernetes.provisionBody(slow))).toMatchObject({ status: 200 });
    expect(await client.deprovision('i-1', slow)).toMatchObject({ status: 200 });
    await client.provision('i-2', slowToBind, kubernetes.provisionBody(slowToBind));
    const bound = await client.bind('i-2', 'b-1', slowToBind, kubernetes.bindBody(slowToBind));
    expect(bound).toMatchObject({ status: 200, body: { credentials: expect.anything() } });
    expect(await client.unbind('i-2', 'b-1', slowToBind)).toMatchObject({ status: 200 });
    expect(await client.deprovision('i-2', slowToBind)).toMatchObject({ status: 200 });
  } finally {
    await client.close();
  }
});

describe('npm run tour', () => {
  test('ends with 0 when all went well, with a login from the environment', async () => {
    const { code, out } = await program({ GATEWAY_URL: gateway.url, PLATFORM_PASSWORD: LOGIN.password });
    expect([code, out]).toEqual([0, expect.stringContaining('Nothing is left behind.')]);
  });

  test('takes the login the gateway made up from its data folder', async () => {
    await writeFile(join(folder, 'credentials.json'), JSON.stringify({ admin: 'x', platform: 'wrong-password' }));
    const { code, out } = await program({ GATEWAY_URL: gateway.url, DATA_DIR: folder });
    expect([code, out]).toEqual([1, expect.stringMatching(/expected status 200\n {5}got 401 .*Unauthorized/)]);
  });

  test('says in one line what to do where no gateway listens', async () => {
    const { code, err } = await program({ GATEWAY_URL: 'http://127.0.0.1:1' });
    expect([code, err]).toEqual([
      1,
      'No gateway answers at http://127.0.0.1:1. Start one with "npm start" first, or set GATEWAY_URL.\n',
    ]);
  });

  test('says in one line what to do where there is no login', async () => {
    const { code, err } = await program({ GATEWAY_URL: gateway.url, DATA_DIR: '/nowhere' });
    expect([code, err]).toEqual([1, expect.stringMatching(/^There is no password .* Set PLATFORM_PASSWORD, .*\n$/)]);
  });
});

function program(env: Record<string, string>): Promise<{ code: number; out: string; err: string }> {
  const loader = join(import.meta.dirname, '../support/source-loader.mjs');
  const args = ['--import', loader, join(import.meta.dirname, '../../apps/cli/tour.ts')];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}
