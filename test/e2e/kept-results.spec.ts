import { DatabaseDoor } from '../support/database-door.js';
import { TestGateway } from '../support/gateway.js';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startRemote, type RemoteSimulator } from '../support/remote-simulator.js';
import { confirmed } from './confirmed.js';
import { eventually } from './eventually.js';

let database: TestDatabase;
let door: DatabaseDoor;
let remote: RemoteSimulator;
let gateway: TestGateway;

beforeEach(async () => {
  [database, remote] = await Promise.all([createDatabase(GATEWAY_TEMPLATE), startRemote({ serviceName: 'remote', asyncDurationMs: 400 })]);
  door = await DatabaseDoor.to(database.url);
  gateway = await TestGateway.start({ database: { ...database, url: door.url } });
  await gateway.register('remote', 'osb', remote.settings);
});
afterEach(async () => {
  await gateway.stop();
  await door.shut();
  await Promise.all([database.drop(), remote.broker.close()]);
});

const plan = (name: string) => ({ serviceId: 'remote-service', planId: `remote-${name}` });
const slowly = { parameters: { simulate: { delayMs: 300 } } };

const asked = (method: string, id: string): number =>
  remote.broker.requests.filter((request) => request.method === method && request.url.includes(`/${id}?`)).length;

/** Shuts the door while the broker works on the request, and opens it when the broker has answered. */
async function awayDuring(method: string, id: string): Promise<void> {
  const last = () => remote.broker.requests.filter((request) => request.method === method && request.url.includes(`/${id}?`)).at(-1);
  await eventually(last, (request) => request !== undefined);
  await door.shut();
  await eventually(last, (request) => request?.endedAt !== undefined);
  await door.open();
}

test('what a backend gave while the database was away is written when it is back, and answered', async () => {
  const osb = gateway.osb();
  const [created] = await Promise.all([osb.provision('kept', plan('sync'), slowly), awayDuring('PUT', 'kept')]);
  expect(created.status).toBe(201);
  const [bound] = await Promise.all([osb.bind('kept', 'binding', plan('sync'), slowly), awayDuring('PUT', 'binding')]);
  expect(bound.status).toBe(201);
  expect((await osb.fetchBinding('kept', 'binding')).body.credentials).toEqual(bound.body.credentials);
  const [deleted] = await Promise.all([osb.deprovision('kept', plan('sync')), awayDuring('DELETE', 'kept')]);
  expect(deleted.status).toBe(200);
  expect([asked('PUT', 'kept'), asked('PUT', 'binding'), asked('DELETE', 'kept')]).toEqual([1, 1, 1]);
});

test('a request that waits for an asynchronous backend waits through an outage of the database', async () => {
  const waiting = gateway.osb().provision('waiting', plan('async'));
  await eventually(() => asked('PUT', 'waiting'), (count) => count >= 1);
  await door.shut();
  await door.open();
  expect((await waiting).status).toBe(201);
});

test('a database that is away for longer than the request can wait makes it 503, and what the backend made is found', async () => {
  const osb = gateway.osb();
  const slower = { parameters: { simulate: { delayMs: 1_000 } } };
  const unanswered = osb.provision('late', plan('sync'), slower);
  await eventually(() => asked('PUT', 'late'), (count) => count >= 1);
  // One that is not confirmed yet would be undone and made anew (ADR 22).
  await eventually(() => confirmed(database.url, 'late'), ({ length }) => length === 1);
  await door.shut();
  const { status, headers, body } = await unanswered;
  expect([status, body.error, headers['retry-after']]).toEqual([503, 'Unavailable', '10']);
  await door.open();

  const again = await eventually(() => osb.provision('late', plan('sync'), slower), (answer) => answer.status < 500);
  expect(again.status).toBe(200);
  expect(remote.simulator.ledger.inventory.instances().map(({ instanceId }) => instanceId)).toEqual(['late']);
  expect((await osb.deprovision('late', plan('sync'))).status).toBe(200);
});

test('a database that is silent is away: requests are refused before a backend is asked, and the catalog goes on', async () => {
  const osb = gateway.osb();
  await osb.provision('before', plan('sync'));
  door.freeze();
  const refused = osb.provision('during', plan('sync'));
  expect((await osb.catalog()).status).toBe(200);
  expect((await refused).status).toBe(503);
  expect(asked('PUT', 'during')).toBe(0);
  // Each frozen connection of the pool is silent until its own statement is given up.
  const answered = await eventually(() => osb.provision('during', plan('sync')), ({ status }) => status < 500);
  expect(answered.status).toBe(201);
});
