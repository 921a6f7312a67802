import { join } from 'node:path';
import { createSimulator, startBroker, type RunningBroker } from '#backends/simulator';
import { GatewayHome, type GatewayProcess } from '../support/gateway-process.js';
import { query } from '../support/postgres.js';
import { until } from './eventually.js';

let home: GatewayHome;
let gateway: GatewayProcess;
let broker: RunningBroker;

// One data folder for the whole file: making a database takes longer than the tests. Each leaves a running gateway.
beforeAll(async () => {
  home = await GatewayHome.make();
  gateway = await home.start();
  const backend = createSimulator({ serviceName: 'remote', asyncDurationMs: 1_000 });
  broker = await startBroker({ backend, ledger: backend.ledger, username: 'gateway', password: 'remote-password' });
  const admin = await gateway.admin();
  const remote = { url: broker.url, username: 'gateway', password: 'remote-password' };
  const local = { serviceName: 'local', asyncDurationMs: 1_000, stateFile: join(home.dataDir, 'simulator.json') };
  for (const body of [
    { name: 'remote', type: 'osb', settings: remote },
    { name: 'local', type: 'simulator', settings: local },
  ]) {
    expect((await admin.request('POST', '/admin/v1/backends', { body })).status).toBe(201);
  }
});
afterAll(async () => {
  await home.remove();
  await broker.close();
});

async function restart(signal: NodeJS.Signals): Promise<void> {
  await gateway.kill(signal);
  gateway = await home.start();
}

test('what was made before a restart goes on after it: old credentials, data, and new bindings', async () => {
  const plan = await gateway.plan('postgresql', 'small');
  const before = await gateway.osb();
  expect((await before.provision('lasting', plan)).status).toBe(201);
  const { credentials } = (await before.bind('lasting', 'old', plan)).body;
  await query(credentials.uri, 'create table note as select 42 as answer');

  await restart('SIGTERM');

  await expect(query(credentials.uri, 'select answer from note')).resolves.toEqual([{ answer: 42 }]);
  const after = await gateway.osb();
  expect((await after.fetchBinding('lasting', 'old')).body.credentials).toEqual(credentials);
  const { status, body } = await after.bind('lasting', 'new', plan);
  expect(status).toBe(201);
  await expect(query(body.credentials.uri, 'select answer from note')).resolves.toEqual([{ answer: 42 }]);
});

test.each([
  ['at a remote broker', 'remote', 'SIGTERM'],
  ['at a remote broker', 'remote', 'SIGKILL'],
  ['at a backend that keeps its own state', 'local', 'SIGTERM'],
] as const)('a provision that runs %s (%s) comes to its end although the gateway goes by %s', async (_where, service, signal) => {
  const plan = await gateway.plan(service, 'async');
  const id = `running-${service}-${signal}`;
  const accepted = await (await gateway.osb()).provision(id, plan, {}, { acceptsIncomplete: true });
  expect(accepted.status).toBe(202);

  await restart(signal);

  const osb = await gateway.osb();
  expect((await osb.ended(id, accepted.body.operation)).body.state).toBe('succeeded');
  const bound = await osb.bind(id, 'binding', plan, {}, { acceptsIncomplete: true });
  expect([bound.status, typeof bound.body.credentials]).toEqual([201, 'object']);
});

test('after a kill the next start takes over the database that was left, with everything in it', async () => {
  const plan = await gateway.plan('postgresql', 'small');
  const before = await gateway.osb();
  await before.provision('killed', plan);
  const bound = await before.bind('killed', 'binding', plan);
  const etag = (await before.catalog()).headers['etag'];

  await gateway.kill('SIGKILL');
  await expect(query(bound.body.credentials.uri, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
  gateway = await home.start();

  const ready = gateway.lines.find((line) => line.includes('embedded PostgreSQL is ready')) ?? '{}';
  expect(JSON.parse(ready)).toMatchObject({ attached: true });
  const after = await gateway.osb();
  expect((await after.catalog()).headers['etag']).toBe(etag);
  const again = await after.bind('killed', 'binding', plan);
  expect([again.status, again.body]).toEqual([200, bound.body]);
  await expect(query(again.body.credentials.uri, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
});

test('told to stop, a gateway answers the requests it has before it goes', async () => {
  const plan = await gateway.plan('remote', 'sync');
  const osb = await gateway.osb();
  const asked = broker.requests.length;
  const provisions = ['drained-1', 'drained-2'].map((id) =>
    osb.provision(id, plan, { parameters: { simulate: { delayMs: 2_000 } } }),
  );
  await until(() => broker.requests.length >= asked + 2);

  gateway.signal('SIGTERM');
  const answers = await Promise.all(provisions);
  const exit = await gateway.ended;

  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect({ ...exit, stdout: '' }).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  gateway = await home.start();
  expect((await (await gateway.osb()).fetch('drained-1')).status).toBe(200);
});
