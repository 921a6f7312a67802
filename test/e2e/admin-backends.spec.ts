import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';
import { basic } from '../support/http-client.js';
import { reply, StubBroker } from '../support/stub-broker.js';

let gateway: TestGateway;
let admin: AdminClient;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'admin-backends-'));
  gateway = await TestGateway.start();
  admin = await AdminClient.of(gateway.admin());
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true });
});

interface Plan {
  readonly id: string;
  readonly [field: string]: unknown;
}

const plan = (id: string, more: Record<string, unknown> = {}): Plan => ({ id, name: id, description: id, ...more });

const catalogOf = (id: string, plans: readonly Plan[], more: Record<string, unknown> = {}): object => ({
  services: [{ id, name: id, description: id, bindable: true, plans, ...more }],
});

/** A catalog in a file, for a demo backend; gives its settings. */
async function catalogFile(name: string, catalog: object): Promise<{ catalogFile: string }> {
  const path = join(folder, `${name}.json`);
  await writeFile(path, JSON.stringify(catalog));
  return { catalogFile: path };
}

/** Registers a demo backend that offers a service of its own name. */
async function offer(name: string, plans: readonly Plan[] = [plan(`${name}-p`)], more: Record<string, unknown> = {}): Promise<void> {
  const { status, text } = await admin.post('/backends', {
    name,
    type: 'demo',
    settings: await catalogFile(name, catalogOf(name, plans, more)),
  });
  if (status !== 201) throw new Error(text);
}

async function servicesShown(): Promise<string[]> {
  const { body } = await gateway.osb().catalog();
  return body['services'].map(({ name }: { name: string }) => name);
}

async function auditOf(backend: string): Promise<Record<string, unknown>[]> {
  return (await admin.get('/audit-events', { subject: `backend ${backend}` })).body['items'];
}

test('the installed types come with the schema of their settings, secrets marked', async () => {
  const { items } = (await admin.get('/backend-types')).body;
  expect(items.map(({ type }: { type: string }) => type)).toEqual(expect.arrayContaining(['demo', 'osb', 'postgresql', 'simulator']));
  const { settings } = items.find(({ type }: { type: string }) => type === 'osb');
  expect(settings.properties.password).toMatchObject({ type: 'string', writeOnly: true });
});

describe('registering a backend', () => {
  test('puts its services into the catalog at once, and says so in the audit trail', async () => {
    await offer('fresh');
    expect(await servicesShown()).toContain('fresh');
    const { body } = await admin.get('/backends/fresh');
    expect(body).toMatchObject({ state: 'enabled', version: 1, instances: 0, catalog: { services: 1, leftOut: [] }, warnings: [] });
    expect(await auditOf('fresh')).toEqual([
      expect.objectContaining({ action: 'backend.register', actorName: 'admin', requestId: expect.any(String), outcome: 'succeeded' }),
    ]);
  });

  test('can wait to be enabled', async () => {
    const settings = await catalogFile('later', catalogOf('later', [plan('later-p')]));
    const { body } = await admin.post('/backends', { name: 'later', type: 'demo', settings, enabled: false });
    expect(body['state']).toBe('disabled');
    expect(await servicesShown()).not.toContain('later');
    expect((await admin.post('/backends/later/enable')).body['backend']).toMatchObject({ state: 'enabled', catalog: { services: 1 } });
    expect(await servicesShown()).toContain('later');
  });

  test('that is down keeps it, and tells why it offers nothing', async () => {
    const settings = { catalogFile: join(folder, 'not-there.json') };
    const { status, body } = await admin.post('/backends', { name: 'down', type: 'demo', settings });
    expect(status).toBe(201);
    expect(body['catalog']).toMatchObject({ services: 0, failure: expect.stringContaining('missing') });
    expect(body['warnings']).toEqual(['its catalog was never read: it offers nothing']);
  });

  test.each<[string, Record<string, unknown>, number, RegExp]>([
    ['a name that is none', { name: 'Orders DB' }, 400, /^name must be 1 to 63 lower-case letters/],
    ['a name in use', { name: 'demo' }, 409, /^a backend named "demo" is registered already$/],
    ['a type nobody installed', { type: 'oracle' }, 400, /^no backend type "oracle" is installed; there are: .*postgresql/],
    ['a setting of the wrong type', { settings: { catalogFile: 1 } }, 400, /^settings\.catalogFile: /],
    ['a setting nobody knows', { settings: { catalog: 'x' } }, 400, /^settings: .*"catalog"/],
    ['a broker at a metadata address', { type: 'osb', settings: { url: 'http://169.254.169.254', username: 'u', password: 'p' } }, 400, /^settings: url: .* is a link-local address/],
    ['a database server at a metadata address', { type: 'postgresql', settings: { host: '169.254.169.254', username: 'u', password: 'p' } }, 400, /^settings: host: .* is a link-local address/],
    ['a mask where a secret is due', { type: 'osb', settings: { url: 'http://127.0.0.1', username: 'u', password: '********' } }, 400, /^settings\/password: /],
  ])('with %s is refused with a way out', async (_what, more, status, description) => {
    const answer = await admin.post('/backends', { name: 'wrong', type: 'demo', settings: {}, ...more });
    expect([answer.status, answer.body['description']]).toEqual([status, expect.stringMatching(description)]);
    expect((await admin.get('/backends/wrong')).status).toBe(404);
  });
});

describe('a secret among the settings', () => {
  const password = 'canary-broker-password';
  let broker: StubBroker;

  beforeAll(async () => {
    broker = await StubBroker.start();
    broker.otherwise(reply(200, catalogOf('secretive', [plan('secretive-p')])));
    const settings = { url: broker.url, username: 'gateway', password };
    await admin.post('/backends', { name: 'secretive', type: 'osb', settings });
  });
  afterAll(() => broker.stop());

  test('is never shown: not to operators, not in the audit trail, not in the log', async () => {
    const { body } = await admin.get('/backends/secretive');
    expect(body['settings']).toEqual({ url: broker.url, username: 'gateway', password: '********' });
    const shown = await Promise.all(['/backends', '/backends/secretive', '/audit-events', '/catalog'].map((path) => admin.get(path)));
    expect(shown.map(({ text }) => text).join('') + gateway.logLines.join('')).not.toContain(password);
  });

  test('stays when its mask is sent back with other settings', async () => {
    const { settings } = (await admin.get('/backends/secretive')).body;
    const { status, body } = await admin.ask('PATCH', '/backends/secretive', { body: { settings: { ...settings, timeoutMs: 10_000 } } });
    expect([status, body['backend'].settings.timeoutMs, body['backend'].version]).toEqual([200, 10_000, 2]);
    expect(broker.last.headers.authorization).toBe(basic('gateway', password));
  });

  test('is replaced by a new value', async () => {
    const { settings } = (await admin.get('/backends/secretive')).body;
    await admin.ask('PATCH', '/backends/secretive', { body: { settings: { ...settings, password: 'newer' } } });
    expect(broker.last.headers.authorization).toBe(basic('gateway', 'newer'));
  });

  test('is not named in the refusal of wrong settings', async () => {
    const body = { settings: { url: 'ftp://x', username: 'u', password: 'canary-typo-password' } };
    const { status, text, body: refused } = await admin.ask('PATCH', '/backends/secretive', { body });
    expect([status, refused['description']]).toEqual([400, expect.stringMatching(/^settings\.url: must begin with/)]);
    expect(text).not.toContain('canary-typo-password');
  });
});

describe('changing a backend', () => {
  test('sets what is decided for single plans, and leaves the settings alone', async () => {
    await offer('policies');
    const before = (await admin.get('/backends/policies')).body;
    const planPolicies = { 'policies-p': { bridgeSync: false } };
    const { body } = await admin.ask('PATCH', '/backends/policies', { body: { planPolicies } });
    expect(body).toMatchObject({ backend: { planPolicies, settings: before['settings'], version: 2 }, vanished: [] });
    expect((await auditOf('policies'))[0]).toMatchObject({ action: 'backend.change', before: { planPolicies: {} }, after: { planPolicies } });
  });

  test('tells what vanishes when the new settings offer less', async () => {
    await offer('shrinks', [plan('shrinks-1'), plan('shrinks-2')]);
    const settings = await catalogFile('shrunk', catalogOf('shrinks', [plan('shrinks-1')]));
    const { body } = await admin.ask('PATCH', '/backends/shrinks', { body: { settings } });
    expect(body['vanished']).toHaveLength(5);
    expect(body['vanished'][0]).toMatchObject({ platformKind: 'cloudfoundry', plans: [{ id: 'shrinks-2', name: 'shrinks-2' }] });
  });
});

describe('taking a backend out', () => {
  test('disable: its services vanish, with a warning for Cloud Foundry, and come back', async () => {
    await offer('parked');
    const { body } = await admin.post('/backends/parked/disable');
    expect(body['backend'].state).toBe('disabled');
    expect(body['vanished'].map(({ platformKind, serviceName }: Record<string, unknown>) => [platformKind, serviceName])).toEqual([
      ['cloudfoundry', 'parked'],
      ['korifi', 'parked'],
      ['kubernetes', 'parked'],
      ['crossplane', 'parked'],
      ['other', 'parked'],
    ]);
    expect(body['vanished'].map(({ warning }: { warning?: string }) => warning)).toEqual([
      expect.stringContaining('Cloud Foundry deletes vanished plans'),
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(await servicesShown()).not.toContain('parked');
    expect((await admin.post('/backends/parked/enable')).body['vanished']).toEqual([]);
    expect(await servicesShown()).toContain('parked');
  });

  test('close: its services stay listed, and a new instance is refused with the message', async () => {
    await offer('moving');
    const { body } = await admin.post('/backends/moving/close', { message: 'ask for "new-moving" instead' });
    expect(body).toMatchObject({ backend: { state: 'closed', closedMessage: 'ask for "new-moving" instead' }, vanished: [] });
    expect(await servicesShown()).toContain('moving');
    const refused = await gateway.osb().provision('m-1', { serviceId: 'moving', planId: 'moving-p' });
    expect([refused.status, refused.body['description']]).toEqual([400, 'ask for "new-moving" instead']);
    await admin.post('/backends/moving/enable');
    expect((await gateway.osb().provision('m-1', { serviceId: 'moving', planId: 'moving-p' })).status).toBe(201);
    expect((await admin.post('/backends/moving/close')).body['backend']).not.toHaveProperty('closedMessage');
  });

  test('remove: refused while it has instances, then gone with all it offered', async () => {
    await offer('leaving');
    const ids = { serviceId: 'leaving', planId: 'leaving-p' };
    await gateway.osb().provision('l-1', ids);
    const refused = await admin.ask('DELETE', '/backends/leaving');
    expect([refused.status, refused.body['description']]).toEqual([409, expect.stringContaining('still has 1 instance(s)')]);
    expect((await admin.get('/backends/leaving')).body['instances']).toBe(1);
    await gateway.osb().deprovision('l-1', ids);
    expect(await admin.ask('DELETE', '/backends/leaving')).toMatchObject({ status: 200, body: {} });
    expect((await admin.get('/backends/leaving')).status).toBe(404);
    expect(await servicesShown()).not.toContain('leaving');
  });
});

describe('reading a catalog at an operator\'s wish', () => {
  test('publishes what is new, tells what vanished, and is in the audit trail', async () => {
    await offer('changing', [plan('changing-1')]);
    await catalogFile('changing', catalogOf('changing', [plan('changing-2')]));
    const { body } = await admin.post('/backends/changing/refresh');
    expect(body['backend'].catalog).toMatchObject({ services: 1, fetchedAt: expect.any(String) });
    expect(body['vanished'][0].plans).toEqual([{ id: 'changing-1', name: 'changing-1' }]);
    expect((await auditOf('changing'))[0]).toMatchObject({ action: 'backend.refresh', actorName: 'admin', outcome: 'succeeded' });
  });

  test('that fails keeps what was offered, and tells why', async () => {
    await offer('breaking');
    await writeFile(join(folder, 'breaking.json'), '{"services": ');
    const { status, body } = await admin.post('/backends/breaking/refresh');
    expect([status, body['vanished']]).toEqual([200, []]);
    expect(body['backend'].catalog).toMatchObject({ services: 1, failure: expect.any(String) });
    expect(await servicesShown()).toContain('breaking');
    expect((await auditOf('breaking'))[0]).toMatchObject({ action: 'backend.refresh', outcome: 'failed' });
  });
});

test.each([
  ['GET', ''],
  ['PATCH', ''],
  ['DELETE', ''],
  ['POST', '/enable'],
  ['POST', '/close'],
  ['POST', '/disable'],
  ['POST', '/refresh'],
])('%s of a backend nobody registered%s is 404 and names it', async (method, verb) => {
  const { status, body } = await admin.ask(method, `/backends/no-such${verb}`, method === 'PATCH' ? { body: { planPolicies: {} } } : {});
  expect([status, body['description']]).toEqual([404, 'no backend named "no-such" is registered; see GET /admin/v1/backends']);
});

describe('the catalog for operators', () => {
  test('tells of every plan which backend it comes from, with the tags platforms get', async () => {
    await offer('shop', [plan('shop-free'), plan('shop-paid', { free: false, bindable: false })], {
      dashboard_client: { id: 'shop-dashboard', secret: 'canary-dashboard-secret', redirect_uri: 'https://shop.example.com' },
    });
    const { body, text } = await admin.get('/catalog');
    const all = ['cloudfoundry', 'korifi', 'kubernetes', 'crossplane', 'other'];
    expect(body['offerings'].find(({ id }: { id: string }) => id === 'shop')).toMatchObject({
      backend: 'shop',
      plans: [
        { id: 'shop-free', free: true, bindable: true, shownTo: all },
        { id: 'shop-paid', free: false, bindable: false, shownTo: all },
      ],
    });
    expect(text).not.toContain('canary-dashboard-secret');
    expect(body['etags'].other).toBe((await gateway.osb().catalog()).headers['etag']);
  });

  test('tells what Cloud Foundry is not shown, and why', async () => {
    const long = 'n'.repeat(256);
    await offer('modern', [plan('modern-1', { name: long }), plan('modern-2')]);
    const { body } = await admin.get('/catalog');
    const { plans } = body['offerings'].find(({ id }: { id: string }) => id === 'modern');
    expect(plans.map((each: Record<string, unknown>) => each['shownTo'])).toEqual([['korifi', 'kubernetes', 'crossplane'], ['cloudfoundry', 'korifi', 'kubernetes', 'crossplane', 'other']]);
    expect(body['leftOut']).toContainEqual({
      backend: 'modern',
      serviceId: 'modern',
      serviceName: 'modern',
      planId: 'modern-1',
      planName: long,
      reason: expect.stringContaining('longer than 255 characters'),
      hiddenFrom: ['cloudfoundry', 'other'],
    });
  });

  test('tells which backend has what another one wants to offer', async () => {
    await offer('first');
    const settings = await catalogFile('second', catalogOf('first', [plan('second-p')]));
    const { body } = await admin.post('/backends', { name: 'second', type: 'demo', settings });
    expect(body['catalog']).toMatchObject({ services: 0, leftOut: [{ serviceId: 'first', heldBy: 'first' }] });
    expect((await admin.get('/catalog')).body['leftOut']).toContainEqual(
      expect.objectContaining({ backend: 'second', heldBy: 'first', hiddenFrom: ['cloudfoundry', 'korifi', 'kubernetes', 'crossplane', 'other'] }),
    );
  });
});

test('operators learn why a postgresql backend without a server offers nothing, and how to name one', async () => {
  const { body } = await admin.post('/backends', { name: 'nowhere', type: 'postgresql', settings: {} });
  const told = /no PostgreSQL server is named for new instances.*PATCH \/admin\/v1\/backends\/….*nothing of it is offered/;
  expect([body.catalog.services, body.catalog.failure]).toEqual([0, expect.stringMatching(told)]);
  expect(gateway.logLines.filter((line) => told.test(line))).toHaveLength(1);
});
