import { eventually } from '../e2e/eventually.js';
import { TestGateway } from '../support/gateway.js';
import { PostgresPair } from '../support/postgres-pair.js';
import { query } from '../support/postgres.js';
import { SwitchableAddress } from '../support/switchable-address.js';

let pair: PostgresPair;
let address: SwitchableAddress;
let gateway: TestGateway;
beforeAll(async () => {
  pair = await PostgresPair.start();
  address = await SwitchableAddress.to(pair.primary.port);
  gateway = await TestGateway.start({ database: { ...pair.database, url: address.urlFor(pair.database.url) } });
});
afterAll(async () => {
  await gateway.stop();
  await address.close();
  await pair.remove();
});

/** Connections of gateways to the replica. */
const atReplica = (): Promise<unknown[]> =>
  query(pair.standby.adminUrl, "select 1 from pg_stat_activity where application_name = 'osb-gateway'");

test('a gateway that is led to a replica believes nothing it reads there, and is back when it is led to the primary', async () => {
  const osb = gateway.osb();
  const plan = await gateway.plan('demo', 'demo');
  const ids = Array.from({ length: 30 }, (_none, index) => `kept-${index}`);
  const created = await Promise.all(ids.map((id) => osb.provision(id, plan)));
  expect(created.map(({ status }) => status)).toEqual(ids.map(() => 201));

  address.switchTo(pair.standby.port);
  address.cut();
  // What a replica has may be old: "there is no such instance" would be a wrong answer.
  const asked = [...ids.map((id) => osb.fetch(id)), ...ids.map((id) => osb.lastOperation(id)), ...ids.map((id) => osb.deprovision(id, plan))];
  const refused = await Promise.all(asked);
  expect(refused.map(({ status, body }) => [status, body.error])).toEqual(refused.map(() => [503, 'Unavailable']));
  expect((await osb.catalog()).status).toBe(200);
  expect(await eventually(atReplica, ({ length }) => length === 0)).toEqual([]);

  address.switchTo(pair.primary.port);
  await eventually(() => osb.fetch('kept-0'), ({ status }) => status === 200);
  const deleted = await Promise.all(ids.map((id) => osb.deprovision(id, plan)));
  expect(deleted.map(({ status }) => status)).toEqual(ids.map(() => 200));
});

test('a gateway does not start on a replica, and says why', async () => {
  const url = Object.assign(new URL(pair.database.url), { port: String(pair.standby.port) }).href;
  const start = TestGateway.start({ database: { ...pair.database, url } });
  await expect(start).rejects.toThrow(/DATABASE_URL names a database that cannot be used \(25006: .*replica/);
});
