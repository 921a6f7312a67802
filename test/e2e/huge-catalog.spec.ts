import { setImmediate as nextTurn } from 'node:timers/promises';
import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';
import { reply, StubBroker } from '../support/stub-broker.js';

let gateway: TestGateway;
let admin: AdminClient;
let broker: StubBroker;

beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await AdminClient.of(gateway.admin());
  broker = await StubBroker.start();
});
afterAll(async () => {
  await gateway.stop();
  await broker.stop();
});

const plansOf = (count: number, prefix = 'plan') =>
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}-${index}`, name: `${prefix}-${index}`, description: 'd' }));
const catalogOf = (id: string, plans: readonly object[]): object => ({
  services: [{ id, name: id, description: id, bindable: true, plans }],
});
const shown = async (name: string) => (await gateway.osb().catalog()).body['services'].find((each: { name: string }) => each.name === name);

test('a catalog of 100,000 plans is published up to the limits, and others are served meanwhile', async () => {
  broker.otherwise(reply(200, catalogOf('huge', plansOf(100_000))));
  const plan = await gateway.plan('demo', 'demo');
  const osb = gateway.osb();
  const settings = { url: broker.url, username: 'u', password: 'p' };
  // 1. The backend is registered, which reads and stores its catalog; 2. others go on; 3. until that is answered.
  const registering = admin.post('/backends', { name: 'huge', type: 'osb', settings });
  const others = async (served: number): Promise<number> => {
    expect((await osb.provision(`meanwhile-${served}`, plan)).status).toBe(201);
    const isAnswered = await Promise.race([registering.then(() => true), nextTurn(false)]);
    return isAnswered ? served + 1 : others(served + 1);
  };
  const served = await others(0);
  const { status, body } = await registering;
  expect([status, body['catalog'].services, body['catalog'].leftOutCount]).toEqual([201, 1, 99_500]);
  expect(body['catalog'].leftOut).toHaveLength(100);
  expect(body['catalog'].leftOut[0].reason).toBe('services[0].plans[500]: a service may have 500 plans');
  expect(served).toBeGreaterThan(3);
  expect((await shown('huge')).plans).toHaveLength(500);
  expect(gateway.logLines.join('')).not.toContain('the database is away');
});

test('what was published before stays when the catalog grows beside it', async () => {
  broker.otherwise(reply(200, catalogOf('grown', plansOf(3, 'old'))));
  await admin.post('/backends', { name: 'grown', type: 'osb', settings: { url: broker.url, username: 'u', password: 'p' } });
  broker.otherwise(reply(200, catalogOf('grown', [...plansOf(600, 'new'), ...plansOf(3, 'old')])));
  const { body } = await admin.post('/backends/grown/refresh');
  expect([body['vanished'], body['backend'].catalog.leftOutCount]).toEqual([[], 103]);
  const names = (await shown('grown')).plans.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(['old-0', 'old-1', 'old-2']));
});

test('operators read a large catalog in pages', async () => {
  const { body } = await admin.get('/catalog');
  const pages = [body];
  while (pages.at(-1)?.['next'] !== undefined) pages.push((await admin.get('/catalog', { after: pages.at(-1)?.['next'] })).body);
  const names = pages.flatMap(({ offerings }) => offerings.map(({ name }: { name: string }) => name));
  expect(names).toEqual(expect.arrayContaining(['demo', 'huge', 'grown']));
  expect(new Set(names).size).toBe(names.length);
});
