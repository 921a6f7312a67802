import { randomUUID } from 'node:crypto';
import { TestGateway, type TestGatewayOptions } from '../support/gateway.js';
import { createDatabase, query, type TestDatabase } from '../support/postgres.js';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import { startRemote, type RemoteSimulator } from '../support/remote-simulator.js';
import { eventually } from './eventually.js';

/** Longer than this file takes: who is not woken waits for ever. */
const NEVER_MS = 600_000;

let database: TestDatabase;
let remote: RemoteSimulator;
let gateways: TestGateway[];
beforeEach(async () => {
  database = await createDatabase(GATEWAY_TEMPLATE);
  remote = await startRemote({ serviceName: 'remote', asyncDurationMs: 1_000 });
  gateways = [];
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await database.drop();
  await remote.broker.close();
});

async function start(timings: NonNullable<TestGatewayOptions['timings']> = {}): Promise<TestGateway> {
  const gateway = await TestGateway.start({ database, timings: { budgetMs: NEVER_MS, ...timings } });
  gateways.push(gateway);
  return gateway;
}

const plan = (name: string) => ({ serviceId: 'remote-service', planId: `remote-${name}` });

/** Two gateways: the first one polls, the other neither polls nor looks how operations stand. */
async function two(lookAgainMs = NEVER_MS): Promise<readonly [polls: TestGateway, waits: TestGateway]> {
  const polls = await start();
  await polls.register('remote', 'osb', remote.settings);
  return [polls, await start({ tickMs: NEVER_MS, lookAgainMs })];
}

const LISTENERS = `from pg_stat_activity where datname = current_database() and query like 'listen %'`;

const bothListen = (): Promise<unknown> => eventually(() => query(database.url, `select ${LISTENERS}`), ({ length }) => length === 2);

const cutListeners = async (): Promise<number> =>
  (await query(database.url, `select pg_terminate_backend(pid, 5000) ${LISTENERS}`)).length;

/** Starts an operation at one gateway and waits for it at the other; the status it is answered with there. */
async function waitForOther([polls, waits]: readonly [TestGateway, TestGateway]): Promise<number> {
  const id = randomUUID();
  expect((await polls.osb().provision(id, plan('async'), {}, { acceptsIncomplete: true })).status).toBe(202);
  return (await waits.osb().provision(id, plan('async'))).status;
}

test('a request that waits at one gateway is answered when another one has finished the operation', async () => {
  const both = await two();
  await bothListen();
  expect(await waitForOther(both)).toBe(200);
});

test('a gateway whose connection for news was lost makes a new one', async () => {
  const both = await two();
  await bothListen();
  expect(await cutListeners()).toBe(2);
  await bothListen();
  expect(await waitForOther(both)).toBe(200);
});

test('a gateway that hears nothing gets there by looking', async () => {
  const both = await two(200);
  let isAnswered = false;
  const answer = waitForOther(both).finally(() => (isAnswered = true));
  await eventually(() => cutListeners(), () => isAnswered);
  expect(await answer).toBe(200);
});

test('a delete that waited behind an update runs as soon as that has ended, without a tick of the runner', async () => {
  const gateway = await start({ tickMs: NEVER_MS });
  await gateway.register('remote', 'osb', remote.settings);
  const osb = gateway.osb();
  expect((await osb.provision('i', plan('sync'))).status).toBe(201);
  const isAsked = eventually(() => remote.broker.requests, (requests) => requests.some(({ method }) => method === 'PATCH'));
  const update = osb.update('i', 'remote-service', { parameters: { simulate: { delayMs: 1_000 } } });
  await isAsked;
  const { status, body } = await osb.deprovision('i', plan('sync'), { acceptsIncomplete: true });
  expect(status).toBe(202);
  expect((await update).status).toBe(200);
  expect((await osb.ended('i', body['operation'])).body).toEqual({ state: 'succeeded' });
});
