import { TestGateway, testVariables } from '../support/gateway.js';
import { GatewayHome } from '../support/gateway-process.js';
import type { OsbClient } from '../support/osb-client.js';
import { createDatabase, query, type TestDatabase } from '../support/postgres.js';
import { startRemote, type RemoteSimulator } from '../support/remote-simulator.js';
import { confirmed } from './confirmed.js';
import { eventually } from './eventually.js';

let database: TestDatabase;
let one: TestGateway;
let two: TestGateway;
let remote: RemoteSimulator;

beforeAll(async () => {
  remote = await startRemote({ serviceName: 'remote', asyncDurationMs: 500 });
  database = await createDatabase();
  const options = { database, env: { MIGRATE: 'auto' } };
  // On an empty database, at the same moment: one of them migrates and declares, and neither stumbles over the other.
  [one, two] = await Promise.all([TestGateway.start(options), TestGateway.start(options)]);
  await one.register('remote', 'osb', remote.settings);
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await database.drop();
  await remote.broker.close();
});

const plan = (name: string) => ({ serviceId: 'remote-service', planId: `remote-${name}` });
const etagOf = async (gateway: TestGateway): Promise<unknown> => (await gateway.osb().catalog()).headers['etag'];

test('a backend registered at one is in the catalog of the other within seconds, byte for byte', async () => {
  const etag = await etagOf(one);
  expect(await eventually(() => etagOf(two), (seen) => seen === etag)).toBe(etag);
  expect((await two.osb().catalog()).text).toContain('remote-service');
});

test('an operation accepted by one is seen at once by the other, and what came of it is there too', async () => {
  const { status, body } = await one.osb().provision('shared', plan('async'), {}, { acceptsIncomplete: true });
  expect(status).toBe(202);

  const other = two.osb();
  expect((await other.lastOperation('shared', body.operation)).body).toMatchObject({ state: 'in progress' });
  const again = await other.provision('shared', plan('async'), {}, { acceptsIncomplete: true });
  expect([again.status, again.body.operation]).toEqual([202, body.operation]);
  expect((await other.deprovision('shared', plan('async'))).status).toBe(422);

  expect((await other.ended('shared', body.operation)).body.state).toBe('succeeded');
  const bound = await other.bind('shared', 'binding', plan('async'));
  expect(bound.status).toBe(201);
  expect((await one.osb().fetchBinding('shared', 'binding')).body.credentials).toEqual(bound.body.credentials);
});

test('the same request at both ends in one instance and two equal answers', async () => {
  const parameters = { simulate: { delayMs: 300 } };
  const answers = await Promise.all(
    [one, two].map((gateway) => gateway.osb().provision('twice', plan('sync'), { parameters })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 201]);
  expect(answers[0]?.body).toEqual(answers[1]?.body);
  expect(provisionsAt('twice')).toBe(1);
});

describe('what a gateway was at when it was killed', () => {
  let home: GatewayHome;
  beforeEach(async () => (home = await GatewayHome.make()));
  afterEach(() => home.remove());

  /** A third gateway, as a process that can be killed; gives its platform. */
  async function victim(): Promise<{ osb: OsbClient; readonly kill: () => Promise<unknown> }> {
    const gateway = await home.start({ env: testVariables(database) });
    return { osb: gateway.osbAs('platform', 'platform-password'), kill: () => gateway.kill('SIGKILL') };
  }

  test('an operation that goes on at the backend is followed to its end by the others', async () => {
    const { osb, kill } = await victim();
    const { body } = await osb.provision('left-polling', plan('async'), {}, { acceptsIncomplete: true });
    await kill();

    expect((await two.osb().ended('left-polling', body.operation)).body.state).toBe('succeeded');
    expect(provisionsAt('left-polling')).toBe(1);
  });

  test('a call whose answer it never got is made again, once nobody can be waiting for it, and ends in one instance', async () => {
    const { osb, kill } = await victim();
    const parameters = { simulate: { delayMs: 5_000, times: 1 } };
    const unanswered = osb.provision('left-sending', plan('sync'), { parameters }).catch((error: Error) => error);
    await eventually(() => provisionsAt('left-sending'), (count) => count >= 1);
    await eventually(() => confirmed(database.url, 'left-sending'), ({ length }) => length === 1);
    await kill();
    expect(await unanswered).toBeInstanceOf(Error);
    expect((await two.osb().lastOperation('left-sending')).body).toMatchObject({ state: 'in progress' });

    await eventually(() => made('left-sending'), ([instance]) => instance?.status === 'ready');
    // The dead gateway's call had a minute to live: for whoever connects from now on, that has passed.
    await query(database.url, `alter database ${database.name} set osb.clock_offset = '5 minutes'`);
    const later = await TestGateway.start({ database });
    expect((await later.osb().ended('left-sending')).body.state).toBe('succeeded');
    await query(database.url, `alter database ${database.name} reset osb.clock_offset`);
    await later.stop();

    expect(provisionsAt('left-sending')).toBe(2);
    expect(made('left-sending')).toHaveLength(1);
    expect((await two.osb().bind('left-sending', 'binding', plan('sync'))).status).toBe(201);
  });
});

/** How often the broker was asked to make an instance. */
function provisionsAt(id: string): number {
  return remote.broker.requests.filter(({ method, url }) => method === 'PUT' && url.startsWith(`/v2/service_instances/${id}?`)).length;
}

/** What the broker has by that id. */
function made(id: string): { readonly status: string }[] {
  return remote.simulator.ledger.inventory.instances().filter(({ instanceId }) => instanceId === id);
}
