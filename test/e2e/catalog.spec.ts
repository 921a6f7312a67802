import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';
import { startRemote, type RemoteSimulator } from '../support/remote-simulator.js';
import { neverAnswer, StubBroker } from '../support/stub-broker.js';

let gateway: TestGateway;
let admin: AdminClient;
let alpha: RemoteSimulator;
let beta: RemoteSimulator;

beforeAll(async () => {
  [alpha, beta] = await Promise.all([startRemote({ serviceName: 'alpha' }), startRemote({ serviceName: 'beta' })]);
  gateway = await TestGateway.start();
  admin = await AdminClient.of(gateway.admin());
  await gateway.register('alpha', 'osb', alpha.settings);
  await gateway.register('beta', 'osb', beta.settings);
});
afterAll(async () => {
  await gateway.stop();
  await gateway.database.drop();
  await Promise.all([alpha.broker.close(), beta.broker.close()]);
});

const etag = async (on = gateway): Promise<unknown> => (await on.osb().catalog()).headers['etag'];

async function services(): Promise<string[]> {
  const { body } = await gateway.osb().catalog();
  return body.services.map(({ name }: { name: string }) => name);
}

/** What is missing of a backend, and why. */
async function leftOut(backend: string): Promise<Record<string, unknown>[]> {
  return (await admin.get(`/backends/${backend}`)).body.catalog.leftOut;
}

test('one catalog shows what all backends offer', async () => {
  expect(await services()).toEqual(['demo', 'postgresql', 'alpha', 'beta']);
});

describe('a reader who has the catalog', () => {
  test('is told so without being sent it again', async () => {
    const known = await etag();
    const { status, text } = await gateway.osb().catalog({ headers: { 'if-none-match': String(known) } });
    expect([status, text]).toEqual([304, '']);
  });

  test('has it still after a backend was read again and offered the same', async () => {
    const known = await etag();
    const reads = alpha.broker.requests.length;
    await admin.post('/backends/alpha/refresh');
    expect(alpha.broker.requests.length).toBeGreaterThan(reads);
    expect(await etag()).toBe(known);
  });

  test('is sent the new one when a backend offers something else', async () => {
    const known = await etag();
    const added = await startRemote({ serviceName: 'added' });
    await gateway.register('added', 'osb', added.settings);
    const { status, headers } = await gateway.osb().catalog({ headers: { 'if-none-match': String(known) } });
    expect(status).toBe(200);
    expect(headers['etag']).not.toBe(known);

    await admin.ask('DELETE', '/backends/added');
    expect(await etag()).toBe(known);
    await added.broker.close();
  });
});

describe('what another backend had first is left out, and nothing else', () => {
  test.each([
    ['service id', { serviceName: 'other', serviceId: 'alpha-service' }, 'service id "alpha-service" is offered by another backend'],
    ['service name', { serviceName: 'alpha', serviceId: 'other', planIdPrefix: 'other-' }, 'service name "alpha" is offered by'],
  ])('its %s', async (what, settings, reason) => {
    const known = await etag();
    const name = `second-${what.replace(' ', '-')}`;
    const second = await startRemote(settings);
    await gateway.register(name, 'osb', second.settings);

    expect(await etag()).toBe(known);
    expect(await leftOut(name)).toEqual([
      expect.objectContaining({ serviceName: settings.serviceName, heldBy: 'alpha', reason: expect.stringContaining(reason) }),
    ]);
    await second.broker.close();
  });

  test('the id of a plan, while the plans beside it are offered', async () => {
    const plan = (id: string): object => ({ id, name: id, description: id });
    const plans = [plan('alpha-sync'), plan('own')];
    const service = { id: 'mixed', name: 'mixed', description: 'mixed', bindable: true, plans };
    await gateway.register('mixed', 'simulator', { serviceName: 'mixed', catalog: { answer: { services: [service] } } });

    const { body } = await gateway.osb().catalog();
    const mixed = body.services.find(({ name }: { name: string }) => name === 'mixed');
    expect(mixed.plans.map(({ id }: { id: string }) => id)).toEqual(['own']);
    expect(await leftOut('mixed')).toEqual([
      expect.objectContaining({ planId: 'alpha-sync', heldBy: 'alpha', reason: expect.stringContaining('plan id "alpha-sync"') }),
    ]);
    await admin.ask('DELETE', '/backends/mixed');
  });
});

test('a schema that Cloud Foundry cannot read hides no plan from it, and is enforced for its users too', async () => {
  const cloudFoundry = await gateway.platform('cf', 'cloudfoundry');
  const planFor = async (osb: typeof cloudFoundry) => {
    const { body } = await osb.catalog();
    const { plans } = body.services.find(({ name }: { name: string }) => name === 'alpha');
    return plans.find(({ name }: { name: string }) => name === 'with-schema-2020');
  };
  const full = await planFor(await gateway.platform('cluster', 'kubernetes'));
  expect(full.schemas.service_instance.create.parameters.$schema).toContain('2020-12');
  expect(await planFor(cloudFoundry)).toEqual({ ...full, schemas: expect.anything() });
  expect(JSON.stringify((await planFor(cloudFoundry)).schemas)).not.toContain('2020-12');

  expect((await gateway.osb().catalog()).text).toBe((await cloudFoundry.catalog()).text);

  const plan = await gateway.plan('alpha', 'with-schema-2020');
  const { status, body } = await cloudFoundry.provision('newer', plan, { parameters: { size: 'big' } });
  expect([status, body.description]).toEqual([400, expect.stringContaining('/size')]);
  const { warnings } = (await admin.get('/backends/alpha')).body.catalog;
  expect(warnings).toContainEqual(expect.objectContaining({ planId: 'alpha-with-schema-2020', reason: expect.stringContaining('is not shown to Cloud Foundry') }));
});

test('a backend that never answered hides nothing of the others, neither at once nor after a restart', async () => {
  const silent = await StubBroker.start();
  silent.otherwise(neverAnswer);
  const known = await etag();
  const settings = { url: silent.url, username: 'gateway', password: 'x', timeoutMs: 300 };
  await gateway.register('silent', 'osb', settings);

  expect(await etag()).toBe(known);
  expect((await admin.get('/backends/silent')).body.catalog).toMatchObject({ services: 0, failure: expect.stringContaining('in time') });
  gateway = await restarted();
  expect(await etag()).toBe(known);
  await silent.stop();
});

test('a backend that went down keeps its services in the catalog, over a restart too', async () => {
  const known = await etag();
  await beta.broker.close();
  const { body } = await admin.post('/backends/beta/refresh');
  expect(body.backend.catalog).toMatchObject({ services: 1, failure: expect.stringContaining('ECONNREFUSED') });
  expect(await etag()).toBe(known);

  gateway = await restarted();

  expect(await etag()).toBe(known);
  const lost = await gateway.osb().provision('at-beta', await gateway.plan('beta', 'sync'));
  expect([lost.status, lost.body.error]).toEqual([503, 'Unavailable']);
  expect((await gateway.osb().provision('at-alpha', await gateway.plan('alpha', 'sync'))).status).toBe(201);
});

/** The same database, another gateway. */
async function restarted(): Promise<TestGateway> {
  const database = await gateway.stopKeepingDatabase();
  const next = await TestGateway.start({ database });
  admin = await AdminClient.of(next.admin());
  return next;
}
