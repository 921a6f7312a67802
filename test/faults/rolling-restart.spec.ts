import { testVariables } from '../support/gateway.js';
import { GatewayHome, type GatewayProcess } from '../support/gateway-process.js';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import { createDatabase, query, type TestDatabase } from '../support/postgres.js';
import { startRemote, type RemoteSimulator } from '../support/remote-simulator.js';
import { ServiceBalancer } from '../support/service-balancer.js';
import { eventually } from '../e2e/eventually.js';
import { Customers } from './rolling/customers.js';

let home: GatewayHome;
let database: TestDatabase;
let remote: RemoteSimulator;
let replicas: [ReplicaProcess, ReplicaProcess];
let balancer: ServiceBalancer;

/** A replica as an operator runs it: the built program, with its own durations and nothing but its variables. */
class ReplicaProcess {
  private process: GatewayProcess | undefined;

  constructor(readonly name: string) {}

  /** Where it listens; stays known while it stops. */
  get url(): string | undefined {
    return this.process?.url;
  }

  get running(): GatewayProcess {
    if (!this.process) throw new Error(`${this.name} does not run`);
    return this.process;
  }

  async start(): Promise<void> {
    this.process = await home.start({ env: { ...testVariables(database), DRAIN_SECONDS: '1' } });
  }
}

beforeAll(async () => {
  [home, database, remote] = await Promise.all([
    GatewayHome.make(),
    createDatabase(GATEWAY_TEMPLATE),
    startRemote({ serviceName: 'remote', asyncDurationMs: 300 }),
  ]);
  replicas = [new ReplicaProcess('one'), new ReplicaProcess('two')];
  await replicas[0].start();
  const admin = replicas[0].running.adminAs('admin', 'admin-password');
  const body = { name: 'remote', type: 'osb', settings: remote.settings };
  expect((await admin.request('POST', '/admin/v1/backends', { body })).status).toBe(201);
  await replicas[1].start();
  balancer = await ServiceBalancer.start(replicas);
});
afterAll(async () => {
  await balancer.close();
  await home.remove();
  await remote.broker.close();
  await database.drop();
});

test('replicas are restarted one after the other, twice, and no client notices', async () => {
  const customers = new Customers(balancer.url);
  customers.start();
  for (const replica of [...replicas, ...replicas]) {
    await eventually(() => replicas.map((each) => balancer.isReady(each)), (ready) => ready.every(Boolean));
    const slow = [customers.slowProvision(), customers.slowProvision()];
    await eventually(() => remote.broker.requests.filter(({ endedAt }) => endedAt === undefined).length, (open) => open >= 2);
    const { code, stderr } = await replica.running.kill('SIGTERM');
    expect([code, stderr]).toEqual([0, '']);
    for (const { status, body } of await Promise.all(slow)) {
      expect([status, body]).toEqual([201, { dashboard_url: expect.stringContaining('http') }]);
    }
    await replica.start();
  }
  const { asked, troubles } = await customers.finish();
  expect(troubles).toEqual([]);
  expect(balancer.refused).toBe(0);
  expect(Math.min(...Object.values(asked))).toBeGreaterThan(0);
  expect(remote.simulator.ledger.inventory.instances()).toEqual([]);
  const ends = await query(database.url, `select state, initiator from operation group by 1, 2`);
  expect(ends).toEqual([{ state: 'succeeded', initiator: 'platform' }]);
});

test('a replica told to stop turns unready, takes requests for a while, and asks each connection to go elsewhere', async () => {
  const [one, two] = replicas;
  await eventually(() => replicas.map((each) => balancer.isReady(each)), (ready) => ready.every(Boolean));
  const kept = one.running.osbAs('platform', 'platform-password');
  expect((await kept.catalog()).headers['connection']).toBe('keep-alive');
  one.running.signal('SIGTERM');
  await eventually(() => balancer.isReady(one), (ready) => !ready);
  const onOldConnection = await kept.catalog();
  const onNewConnection = await one.running.osbAs('platform', 'platform-password').catalog();
  for (const { status, headers } of [onOldConnection, onNewConnection]) expect([status, headers['connection']]).toEqual([200, 'close']);
  expect((await two.running.osbAs('platform', 'platform-password').catalog()).headers['connection']).toBe('keep-alive');
  expect((await one.running.ended).code).toBe(0);
  expect(balancer.changes.at(-1)).toEqual({ replica: 'one', isReady: false });
});
