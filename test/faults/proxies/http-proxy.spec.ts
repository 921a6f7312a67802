import { until } from '../../e2e/eventually.js';
import { startRemote, type RemoteSimulator } from '../../support/remote-simulator.js';
import { OsbClient, type PlanIds } from '../../support/osb-client.js';
import { FORWARD } from './fate.js';
import { HttpProxy, type HttpFate } from './http-proxy.js';

const BROKEN = /ECONNRESET|other side closed/;
const PLAN: PlanIds = { serviceId: 'left-service', planId: 'left-sync' };

let broker: RemoteSimulator;
let proxy: HttpProxy;
let osb: OsbClient;

beforeEach(async () => {
  broker = await startRemote({ serviceName: 'left' });
  proxy = await HttpProxy.start(broker.settings.url);
  osb = new OsbClient(proxy.url, broker.settings.username, broker.settings.password);
});
afterEach(async () => {
  await osb.close();
  await proxy.close();
  await broker.broker.close();
});

/** Strikes creates only. */
const strike = (fate: HttpFate): void => {
  proxy.fateOf = ({ method }) => (method === 'PUT' ? fate : FORWARD);
};
const received = (): string[] => broker.broker.requests.map(({ method }) => method);
const exists = (): boolean => broker.simulator.ledger.inventory.instance('one') !== undefined;

test('without a fault a broker behind the proxy answers as itself', async () => {
  const created = await osb.provision('one', PLAN);
  const catalog = await osb.catalog();
  const direct = new OsbClient(broker.settings.url, broker.settings.username, broker.settings.password);
  const directly = await direct.catalog();
  await direct.close();
  expect(created.status).toBe(201);
  expect(catalog.text).toBe(directly.text);
  expect(catalog.headers['content-type']).toBe(directly.headers['content-type']);
});

test('a dropped request never reaches the broker', async () => {
  strike({ kind: 'drop' });
  await expect(osb.provision('one', PLAN)).rejects.toThrow(BROKEN);
  expect(received()).toEqual([]);
  expect((await osb.deprovision('one', PLAN)).status).toBe(410);
});

test('a request whose answer is lost was carried out to its end', async () => {
  strike({ kind: 'lose answer' });
  await expect(osb.provision('one', PLAN)).rejects.toThrow(BROKEN);
  expect(broker.broker.requests).toEqual([expect.objectContaining({ method: 'PUT', status: 201, endedAt: expect.any(String) as string })]);
  expect(exists()).toBe(true);
});

test('an answer that is cut begins well and ends in an error', async () => {
  strike({ kind: 'cut answer' });
  const login = Buffer.from(`${broker.settings.username}:${broker.settings.password}`).toString('base64');
  const answer = await fetch(`${proxy.url}/v2/service_instances/one`, {
    method: 'PUT',
    headers: { authorization: `Basic ${login}`, 'x-broker-api-version': '2.17', 'content-type': 'application/json' },
    body: JSON.stringify({ service_id: PLAN.serviceId, plan_id: PLAN.planId, organization_guid: 'org', space_guid: 'space' }),
  });
  expect(answer.status).toBe(201);
  await expect(answer.text()).rejects.toThrow('terminated');
  expect(exists()).toBe(true);
});

test('a delayed request reaches the broker although nobody waits for it any more', async () => {
  strike({ kind: 'delay', delayMs: 50 });
  await expect(osb.provision('one', PLAN, {}, { signal: AbortSignal.timeout(10) })).rejects.toThrow('timeout');
  expect(received()).toEqual([]);
  await until(exists);
});

test.each([
  ['first', 200],
  ['second', 410],
] as const)('a duplicated request reaches the broker twice; the %s answer comes back', async (answer, status) => {
  proxy.fateOf = ({ method }) => (method === 'DELETE' ? { kind: 'duplicate', answer } : FORWARD);
  await osb.provision('one', PLAN);
  expect((await osb.deprovision('one', PLAN)).status).toBe(status);
  expect(received()).toEqual(['PUT', 'DELETE', 'DELETE']);
});

test('connections are refused until they are accepted again', async () => {
  await osb.catalog();
  await proxy.refuse();
  await expect(osb.catalog()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.accept();
  expect((await osb.catalog()).status).toBe(200);
});

test('after a switch another broker gets the requests', async () => {
  const other = await startRemote({ serviceName: 'left' });
  await osb.catalog();
  proxy.switchTo(other.settings.url);
  await osb.catalog();
  expect([broker.broker.requests.length, other.broker.requests.length]).toEqual([1, 1]);
  await other.broker.close();
});
