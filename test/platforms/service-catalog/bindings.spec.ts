import { hangUp, neverAnswer, reply, type Script } from '../../support/stub-broker.js';
import { messageOf, type SecretTransform } from './objects.js';
import { catalogOf, Stubbed } from './stubbed.js';

let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await (await Stubbed.start()).withInstance();
});
afterEach(() => stubbed.stop());

const bind = (ask = {}): Promise<string> => stubbed.cluster.bind('orders-db', 'web', ask);
const CREDENTIALS = { credentials: { user: 'u', port: 5432, tls: { on: true }, none: null } };

describe('a bind', () => {
  test('makes a Secret: texts as they are, everything else as JSON', async () => {
    stubbed.next('PUT', reply(201, CREDENTIALS));
    expect(await bind()).toBe('Ready');
    expect(stubbed.cluster.secret('web')).toEqual({ user: 'u', port: '5432', tls: '{"on":true}', none: 'null' });
  });

  test.each<[string, Script]>([
    ['nulls', reply(201, { credentials: null, syslog_drain_url: null, route_service_url: null, volume_mounts: null })],
    ['a drain nobody asked for', reply(200, { syslog_drain_url: 'syslog://x', volume_mounts: [] })],
    ['ports as texts', reply(201, { endpoints: [{ host: 'h', ports: ['1-2'] }] })],
  ])('is content with %s', async (_answer, script) => {
    stubbed.next('PUT', script);
    expect(await bind()).toBe('Ready');
  });

  test.each([400, 401, 404, 408, 409, 410, 422, 429])('has failed for good after a %i, and nothing is unbound', async (status) => {
    stubbed.next('PUT', reply(status, { error: 'AsyncRequired', description: 'not now' }));
    expect(await bind()).toBe('Failed');
    expect(messageOf(stubbed.cluster.store.binding('web').status, 'Failed')).toContain('not now');
    expect(stubbed.sent('DELETE')).toEqual([]);
    expect(stubbed.story).toEqual(['PUT 201', `PUT ${status}`]);
  });

  test.each<[string, Script]>([
    ['500', reply(500)],
    ['a 202 nobody accepts', reply(202, { operation: 'b' })],
    ['204', (response) => void response.writeHead(204).end()],
    ['201 with a text for credentials', reply(201, { credentials: 'secret' })],
    ['201 without a body', reply(201, '')],
    ['no answer', neverAnswer],
  ])('has failed after %s, and is unbound', async (_answer, script) => {
    stubbed.next('PUT', script).next('DELETE', reply(500), reply(200));
    expect(await bind()).toBe('Failed');
    expect(stubbed.sent('DELETE')).toHaveLength(2);
    expect(await stubbed.cluster.unbind('web')).toBe('deleted');
    expect(stubbed.sent('DELETE')).toHaveLength(2);
  });

  test('has failed after a 200 with a text for credentials, and is unbound only by its user', async () => {
    stubbed.next('PUT', reply(200, { credentials: 'secret' }));
    expect(await bind()).toBe('Failed');
    expect(stubbed.sent('DELETE')).toEqual([]);
    expect(await stubbed.cluster.unbind('web')).toBe('deleted');
    expect(stubbed.sent('DELETE')).toHaveLength(1);
  });

  test('comes again after a connection that broke', async () => {
    stubbed.next('PUT', hangUp(), reply(200, CREDENTIALS));
    expect(await bind()).toBe('Ready');
  });

  test('waits until the instance is ready', async () => {
    stubbed.next('PUT', reply(202)).next('GET', reply(200, { state: 'in progress' }), reply(200, { state: 'succeeded' }));
    const provision = stubbed.cluster.provision('late-db', 'db', 'small');
    expect(await stubbed.cluster.bind('late-db', 'late')).toBe('Ready');
    expect(await provision).toBe('Ready');
  });

  test('is not asked for where the plan cannot be bound', async () => {
    await stubbed.relist(catalogOf({ plan: { bindable: false } }));
    expect(await bind()).toBe('Failed');
    expect(stubbed.sent('PUT')).toHaveLength(1);
    expect(await stubbed.cluster.unbind('web')).toBe('deleted');
    expect(stubbed.sent('DELETE')).toEqual([]);
  });
});

describe('the Secret', () => {
  const secretTransforms: SecretTransform[] = [
    { renameKey: { from: 'user', to: 'PGUSER' } },
    { addKey: { key: 'PGSSLMODE', stringValue: 'require' } },
    { removeKey: { key: 'none' } },
  ];

  test('is what its transforms make of it', async () => {
    stubbed.next('PUT', reply(201, CREDENTIALS));
    expect(await bind({ secretTransforms })).toBe('Ready');
    expect(stubbed.cluster.secret('web')).toEqual({ PGUSER: 'u', PGSSLMODE: 'require', port: '5432', tls: '{"on":true}' });
  });

  test.each<[string, object]>([
    ['a key with a space', { credentials: { 'the user': 'u' } }],
    ['a key with a slash', { credentials: { 'a/b': 'u' } }],
    ['an empty key', { credentials: { '': 'u' } }],
    ['a megabyte and more', { credentials: { blob: 'x'.repeat(1_048_577) } }],
  ])('is not written with %s: the same bind is asked again until it can be', async (_what, answer) => {
    stubbed.next('PUT', reply(201, answer), reply(200, answer), reply(200, CREDENTIALS));
    expect(await bind()).toBe('Ready');
    const [, ...binds] = stubbed.broker.requests.filter(({ method }) => method === 'PUT');
    expect(binds).toHaveLength(3);
    expect(new Set(binds.map(({ url, body }) => url + body)).size).toBe(1);
  });

  test('of another owner is left alone until it is gone', async () => {
    stubbed.cluster.store.secrets.set('web', { data: { mine: 'yes' } });
    stubbed.otherwise('PUT', reply(200, CREDENTIALS));
    const outcome = bind();
    await stubbed.broker.received(5);
    expect(stubbed.cluster.secret('web')).toEqual({ mine: 'yes' });
    stubbed.cluster.store.secrets.delete('web');
    expect(await outcome).toBe('Ready');
  });

  test('goes before the unbind is sent', async () => {
    stubbed.next('PUT', reply(201, CREDENTIALS));
    await bind();
    stubbed.next('DELETE', (response) => {
      expect(stubbed.cluster.store.secrets.size).toBe(0);
      reply(200)(response, stubbed.broker.last);
    });
    expect(await stubbed.cluster.unbind('web')).toBe('deleted');
  });
});

describe('an unbind', () => {
  test.each<[string, Script]>([
    ['200 without a body', reply(200, '')],
    ['410 without a body', reply(410, '')],
    ['202 nobody accepts', reply(202, { operation: 'u' })],
    ['204', (response) => void response.writeHead(204).end()],
    ['400', reply(400)],
    ['404', reply(404)],
    ['422', reply(422, { error: 'AsyncRequired' })],
    ['500', reply(500)],
    ['a connection that breaks', hangUp()],
  ])('is tried again after %s', async (_answer, script) => {
    await bind();
    stubbed.next('DELETE', script, script, reply(410));
    expect(await stubbed.cluster.unbind('web')).toBe('deleted');
    expect(stubbed.sent('DELETE')).toHaveLength(3);
  });
});

describe('with the gate for asynchronous bindings open', () => {
  beforeEach(async () => {
    await stubbed.stop();
    stubbed = await (await Stubbed.start({ asyncBindings: true })).withInstance();
  });

  test.each<[string, number, Script[]]>([
    ['a failure told later', 0, [reply(200, { state: 'failed', description: 'no' })]],
    ['credentials that are not found', 1, [reply(200, { state: 'succeeded' }), reply(404)]],
    ['credentials with a bad key', 1, [reply(200, { state: 'succeeded' }), reply(200, { credentials: { 'a b': 1 } })]],
  ])('a bind has failed after %s; %i unbinds are sent', async (_what, unbinds, scripts) => {
    stubbed.next('PUT', reply(202)).next('GET', ...scripts);
    expect(await bind()).toBe('Failed');
    expect(stubbed.sent('DELETE')).toHaveLength(unbinds);
  });

  test.each([400, 404, 410, 500])('a bind is polled on after a %i', async (status) => {
    stubbed.next('PUT', reply(202)).next('GET', reply(status), reply(200, { state: 'succeeded' }), reply(200, CREDENTIALS));
    expect(await bind()).toBe('Ready');
  });

  test('an unbind is followed to its end, and begun anew when it fails', async () => {
    await bind();
    stubbed.next('DELETE', reply(202), reply(202)).next('GET', reply(200, { state: 'failed' }), reply(410));
    expect(await stubbed.cluster.unbind('web')).toBe('deleted');
    expect(stubbed.sent('DELETE')).toHaveLength(2);
  });
});
