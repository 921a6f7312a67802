import { hangUp, neverAnswer, reply, type Script } from '../../support/stub-broker.js';
import type { ServiceBinding } from './objects.js';
import { CREATE_INCOMPLETE } from './reconciler.js';
import { PLAN, Stubbed } from './stubbed.js';

let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await Stubbed.start();
});
afterEach(() => stubbed.stop());

const ORDERS = { name: 'orders', instanceId: 'instance-1', plan: PLAN };
const CREDENTIALS = { credentials: { user: 'u', port: 5432, tls: { ca: 'c' } } };
const noContent: Script = (response) => void response.writeHead(204).end();
const found = reply(200, CREDENTIALS);

/** A binding that a GET does not find first, and finds later. */
function bind(parameters?: string): ServiceBinding {
  stubbed.next('GET', reply(404)).otherwise('GET', found);
  return stubbed.provider.applyBinding('orders-web', ORDERS, parameters === undefined ? {} : { parameters });
}

describe('a bind', () => {
  test('has its credentials from the answer, each value as JSON', async () => {
    stubbed.next('PUT', reply(201, CREDENTIALS));
    const binding = bind();
    expect(await stubbed.provider.synced(binding)).toBe('Synced');
    expect(stubbed.provider.cluster.secrets.get('orders-web')).toEqual({ user: '"u"', port: '5432', tls: '{"ca":"c"}' });
    expect(stubbed.provider.credentials(binding)).toEqual(CREDENTIALS.credentials);
    expect(stubbed.story.slice(0, 3)).toEqual(['GET 404', 'PUT 201', 'GET 200']);
  });

  test('that is accepted is polled, and has its credentials from a GET', async () => {
    stubbed.next('PUT', reply(202, { operation: 'b' }));
    const binding = bind();
    stubbed.next('GET', reply(200, { state: 'in progress' }), reply(200, { state: 'succeeded' }));
    expect(await stubbed.provider.synced(binding)).toBe('Synced succeeded');
    expect(stubbed.provider.credentials(binding)).toEqual(CREDENTIALS.credentials);
    expect(stubbed.story.slice(0, 5)).toEqual(['GET 404', 'PUT 202', 'poll 200', 'poll 200', 'GET 200']);
  });

  test('that fails later is asked for again with the same id', async () => {
    stubbed.next('PUT', reply(202), reply(201, CREDENTIALS));
    const binding = bind();
    stubbed.next('GET', reply(200, { state: 'failed' }), reply(404), reply(404), reply(404), reply(404));
    await stubbed.provider.until(() => stubbed.sent('PUT').length >= 2);
    expect(new Set(stubbed.sent('PUT'))).toEqual(new Set(['/v2/service_instances/instance-1/service_bindings/orders-web?accepts_incomplete=true']));
    expect(await stubbed.provider.synced(binding)).toMatch('Synced');
    expect(stubbed.sent('DELETE')).toEqual([]);
  });

  test.each([404, 410])('whose poll finds nothing, a %i, is polled for ever', async (status) => {
    stubbed.next('PUT', reply(202));
    const binding = bind();
    stubbed.otherwise('GET', reply(status));
    expect(await stubbed.provider.troubled(binding)).toContain(`Status: ${status}`);
    await stubbed.provider.until(() => stubbed.story.filter((each) => each === `poll ${status}`).length > 3);
    expect(stubbed.sent('PUT')).toHaveLength(1);
  });

  test.each<[string, Script]>([
    ['400', reply(400)],
    ['409', reply(409)],
    ['422', reply(422)],
    ['500', reply(500)],
    ['204', noContent],
    ['201 without a body', reply(201, '')],
    ['201 with a text for credentials', reply(201, { credentials: 'secret' })],
    ['201 with ports that are texts, as the specification has them', reply(201, { endpoints: [{ host: 'h', ports: ['5432'] }] })],
    ['201 with a port that is none', reply(201, { endpoints: [{ host: 'h', ports: [65_536] }] })],
    ['201 with a volume that is a text', reply(201, { volume_mounts: ['v'] })],
    ['201 with a number for its end', reply(201, { metadata: { expires_at: 1 } })],
    ['202 without a body', reply(202, '')],
    ['a connection that breaks', hangUp()],
  ])('is asked for again after %s, and nothing is deleted', async (_answer, script) => {
    stubbed.next('GET', reply(404), reply(404)).next('PUT', script, script, reply(201, CREDENTIALS));
    const binding = bind();
    expect(await stubbed.provider.troubled(binding)).not.toBe('');
    expect(await stubbed.provider.synced(binding)).toBe('Synced');
    expect(stubbed.sent('PUT')).toHaveLength(3);
    expect(stubbed.sent('DELETE')).toEqual([]);
  });

  test('nobody knows the end of is left alone until its user says that it may go on', async () => {
    stubbed.next('PUT', neverAnswer);
    const binding = bind();
    await stubbed.broker.received(2);
    await stubbed.provider.killController();
    expect(await stubbed.provider.troubled(binding)).toBe(CREATE_INCOMPLETE);
    stubbed.provider.vouchFor(binding);
    expect(await stubbed.provider.synced(binding)).toBe('Synced');
    expect(stubbed.sent('PUT')).toHaveLength(1);
  });

  test.each(['the user', 'a/b', ''])('is in trouble for the key %j, which no Secret may have', async (key) => {
    const binding = bind();
    stubbed.next('PUT', reply(201, { credentials: { [key]: 'u' } }));
    expect(await stubbed.provider.troubled(binding)).toContain('connection secret');
    expect(await stubbed.provider.synced(binding)).toBe('Synced');
  });
});

describe('parameters', () => {
  test.each([
    ['null', {}],
    ['{"a":[1]}', { parameters: { a: [1] } }],
    ['{}', { parameters: {} }],
  ])('%s are in sync when the broker says the same', async (parameters, told) => {
    const binding = bind(parameters);
    stubbed.otherwise('GET', reply(200, { ...CREDENTIALS, ...told }));
    expect(await stubbed.provider.synced(binding)).toBe('Synced');
  });

  test.each([
    ['{"a":[1]}', {}],
    ['{}', {}],
    ['null', { parameters: {} }],
    ['{"a":1}', { parameters: { a: 2 } }],
  ])('%s are never in sync when the broker says %j', async (parameters, told) => {
    const binding = bind(parameters);
    stubbed.otherwise('GET', reply(200, { ...CREDENTIALS, ...told }));
    expect(await stubbed.provider.troubled(binding)).toBe('status and spec provider parameters differ');
  });

  test('that are nothing at all are no JSON, and nothing is bound', async () => {
    expect(await stubbed.provider.troubled(bind(''))).toContain('unexpected end of JSON input');
    expect(stubbed.sent('PUT')).toEqual([]);
  });
});

describe('an unbind', () => {
  let binding: ServiceBinding;
  beforeEach(async () => {
    binding = bind();
    await stubbed.provider.synced(binding);
  });

  /** What is answered last has taken the binding away. */
  const last =
    (script: Script, then: Script = reply(404)): Script =>
    (...call) => {
      stubbed.otherwise('GET', then);
      script(...call);
    };

  test.each<[string, Script]>([
    ['200 without a body', reply(200, '')],
    ['204', noContent],
    ['400', reply(400)],
    ['404', reply(404)],
    ['410 without a body', reply(410, '')],
    ['422', reply(422)],
    ['500', reply(500)],
  ])('is asked for again after %s while a GET still finds it', async (_answer, script) => {
    stubbed.next('DELETE', script, script, last(reply(200)));
    expect(await stubbed.provider.delete(binding)).toBe('deleted');
    expect(stubbed.sent('DELETE')).toHaveLength(3);
  });

  test('that is accepted is in trouble, polled, asked for again after each poll, and done when a poll finds nothing', async () => {
    stubbed.next('DELETE', last(reply(202), reply(200, { state: 'in progress' })), last(reply(202), reply(410)));
    expect(await stubbed.provider.delete(binding)).toBe('deleted');
    expect(stubbed.story.slice(-4)).toEqual(['DELETE 202', 'poll 200', 'DELETE 202', 'poll 410']);
  });

  test('that a poll says has succeeded is asked for once more, and done when a GET finds nothing', async () => {
    stubbed.next('DELETE', last(reply(202), reply(200, { state: 'succeeded' })), last(reply(410)));
    expect(await stubbed.provider.delete(binding)).toBe('deleted');
    expect(stubbed.story.slice(-4)).toEqual(['DELETE 202', 'poll 200', 'DELETE 410', 'GET 404']);
  });

  test('is not asked for at all when a GET finds nothing', async () => {
    stubbed.otherwise('GET', reply(404));
    expect(await stubbed.provider.delete(binding)).toBe('deleted');
    expect(stubbed.sent('DELETE')).toEqual([]);
  });
});
