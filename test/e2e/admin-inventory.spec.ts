import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';

let gateway: TestGateway;
let admin: AdminClient;
let plan: PlanIds;

beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await AdminClient.of(gateway.admin());
  plan = await gateway.plan('demo', 'demo');
  await live(gateway.osb(), ['i-1', 'i-2', 'i-3']);
  await live(await gateway.platform('second', 'kubernetes'), ['i-1']);
  await gateway.osb().deprovision('i-3', plan);
});
afterAll(() => gateway.stop());

async function live(platform: OsbClient, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await platform.provision(id, plan, { parameters: { note: 'canary-parameter' } });
    await platform.bind(id, `${id}-b`, plan);
  }
}

type Item = Readonly<Record<string, unknown>>;

async function itemsOf(path: string, query: Readonly<Record<string, string>> = {}): Promise<Item[]> {
  const { status, body } = await admin.get(path, query);
  expect(status).toBe(200);
  return body['items'];
}

const idsOf = (items: readonly Item[], ...members: string[]): unknown[][] => items.map((item) => members.map((name) => item[name]));

describe('instances', () => {
  test('are listed newest first, with owner and backend, whatever platform they are of', async () => {
    expect(idsOf(await itemsOf('/instances'), 'platform', 'instanceId', 'backend', 'state')).toEqual([
      ['second', 'i-1', 'demo', 'ready'],
      ['default', 'i-3', 'demo', 'deleted'],
      ['default', 'i-2', 'demo', 'ready'],
      ['default', 'i-1', 'demo', 'ready'],
    ]);
  });

  test.each<[Record<string, string>, number]>([
    [{ platform: 'second' }, 1],
    [{ instanceId: 'i-1' }, 2],
    [{ instanceId: 'i-1', platform: 'default' }, 1],
    [{ state: 'deleted' }, 1],
    [{ backend: 'demo' }, 4],
    [{ backend: 'postgresql' }, 0],
    [{ planId: 'no-such-plan' }, 0],
    [{ serviceId: "'; drop table service_instance; --" }, 0],
  ])('are found by %j', async (query, count) => {
    expect(await itemsOf('/instances', query)).toHaveLength(count);
  });
});

describe('lastOperation', () => {
  test('the lists of instances and bindings show the running operation, and the last one when none runs', async () => {
    await gateway.register('slow', 'simulator', { serviceName: 'slow', asyncDurationMs: 600_000 });
    const platform = await gateway.platform('third');
    const { serviceId, planId } = await gateway.plan('slow', 'async');
    const { body } = await platform.provision('running', { serviceId, planId }, {}, { acceptsIncomplete: true });
    const { planId: syncId } = await gateway.plan('slow', 'sync');
    await platform.provision('ended', { serviceId, planId: syncId });
    await platform.bind('ended', 'ended-b', { serviceId, planId: syncId });

    const instances = await itemsOf('/instances', { platform: 'third' });
    expect(idsOf(instances, 'instanceId', 'lastOperation')).toEqual([
      ['ended', expect.objectContaining({ kind: 'provision', state: 'succeeded' })],
      ['running', expect.objectContaining({ id: body.operation, kind: 'provision', state: 'running' })],
    ]);
    const bindings = await itemsOf('/bindings', { platform: 'third' });
    expect(idsOf(bindings, 'bindingId', 'lastOperation')).toEqual([
      ['ended-b', expect.objectContaining({ kind: 'bind', state: 'succeeded' })],
    ]);
  });
});

const keyOf = ({ id, platform, instanceId, bindingId }: Item): unknown[] => [id, platform, instanceId, bindingId];

describe('pages', () => {
  test.each(['/instances', '/bindings', '/operations', '/audit-events'])('of %s give every line once', async (path) => {
    const all = await itemsOf(path, { limit: '500' });
    const paged: Item[] = [];
    for (let after: string | undefined, turn = 0; turn === 0 || after !== undefined; turn += 1) {
      const { body } = await admin.get(path, { limit: '3', ...(after === undefined ? {} : { after }) });
      paged.push(...body['items']);
      after = body['next'];
    }
    expect(all.length).toBeGreaterThan(3);
    // What still runs is polled meanwhile, so that its line is not the same twice.
    expect(paged.map(keyOf)).toEqual(all.map(keyOf));
  });

  test.each(['/instances', '/bindings', '/operations', '/audit-events'])('of %s refuse a cursor that is none', async (path) => {
    const forged = Buffer.from('["yesterday","x"]').toString('base64url');
    for (const after of ['x', Buffer.from('{}').toString('base64url'), forged]) {
      const { status, body } = await admin.get(path, { after });
      expect([status, body['description']]).toEqual([400, expect.stringContaining('after')]);
    }
  });

  test('of one list cannot go on in another', async () => {
    const { next } = (await admin.get('/instances', { limit: '1' })).body;
    expect((await admin.get('/audit-events', { after: next })).status).toBe(400);
  });

  test('hold fifty lines unless asked otherwise, and never more than 500', async () => {
    expect((await admin.get('/audit-events', { limit: '501' })).body['description']).toBe('limit: must be at most 500');
    expect((await admin.get('/audit-events')).body['items'].length).toBeLessThanOrEqual(50);
  });
});

test('an unknown filter is refused by name: it would find everything', async () => {
  for (const path of ['/instances', '/bindings', '/operations', '/audit-events']) {
    const { status, body } = await admin.get(path, { color: 'red' });
    expect([status, body['description']]).toEqual([400, expect.stringMatching(/^the query: takes no "color"; it takes /)]);
  }
  expect((await admin.get('/backends', { state: 'closed' })).status).toBe(400);
});

describe('bindings and operations', () => {
  test('are listed with the instance they belong to', async () => {
    expect(idsOf(await itemsOf('/bindings', { platform: 'default', bindingId: 'i-2-b' }), 'instanceId', 'state')).toEqual([['i-2', 'ready']]);
    expect(idsOf(await itemsOf('/operations', { instanceId: 'i-2' }), 'kind', 'bindingId', 'state', 'initiator')).toEqual([
      ['bind', 'i-2-b', 'succeeded', 'platform'],
      ['provision', undefined, 'succeeded', 'platform'],
    ]);
  });

  test('show no parameters and no credentials', async () => {
    const { body } = await gateway.osb().fetchBinding('i-1', 'i-1-b');
    const shown = await Promise.all(['/instances', '/bindings', '/operations', '/audit-events'].map((path) => admin.get(path)));
    const text = shown.map((answer) => answer.text).join('');
    expect(body['credentials'].password).toEqual(expect.any(String));
    expect(text).not.toContain(body['credentials'].password);
    expect(text).not.toContain('canary-parameter');
  });
});

describe('the audit trail', () => {
  test('tells what a platform did', async () => {
    const items = await itemsOf('/audit-events', { action: 'instance.provision', platform: 'second' });
    expect(items.length).toBeGreaterThan(0);
    expect(new Set(items.map(({ actorName }) => actorName))).toEqual(new Set(['second']));
  });

  test('can be asked about a time', async () => {
    expect(await itemsOf('/audit-events', { to: '2020-01-01T00:00:00Z' })).toEqual([]);
    expect(await itemsOf('/audit-events', { from: '9999-12-31T23:59:59+00:00' })).toEqual([]);
    expect((await itemsOf('/audit-events', { from: '0000-01-01T00:00:00Z' })).length).toBeGreaterThan(0);
  });
});
