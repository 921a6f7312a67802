import { hangUp, reply, type Script } from '../../support/stub-broker.js';
import { Stubbed } from './stubbed.js';

let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await (await Stubbed.start()).withInstance();
});
afterEach(() => stubbed.stop());

const bind = (): Promise<string> => stubbed.cf.bindApp('orders-db', 'app-1');
const binding = () => stubbed.cf.database.binding('orders-db', 'app-1');
const CREDENTIALS = { credentials: { user: 'u', port: 5432 } };
const noContent: Script = (response) => void response.writeHead(204).end();

describe('a bind', () => {
  test('has two Secrets then: one with all of it, one with a key for each', async () => {
    stubbed.next('PUT', reply(201, CREDENTIALS));
    expect(await bind()).toBe('create succeeded');
    expect(stubbed.cf.credentials('orders-db', 'app-1')).toEqual({ user: 'u', port: 5432 });
    expect(stubbed.cf.database.secrets.get(`${binding().guid}-sbio`)).toEqual({ user: 'u', port: '5432' });
    stubbed.cf.resync();
    await stubbed.cf.unbind('orders-db', 'app-1');
    expect(stubbed.story).toEqual(['PUT 201', 'PUT 201', 'DELETE 200']);
  });

  test('that is accepted has its credentials from one more PUT, when a poll has said that it succeeded', async () => {
    stubbed.next('PUT', reply(202, { operation: 'b', ...CREDENTIALS }), reply(202), reply(200, { credentials: { user: 'new' } }));
    stubbed.next('GET', reply(200, { state: 'in progress' }), reply(200, { state: 'succeeded' }));
    expect(await bind()).toBe('create succeeded');
    expect(stubbed.story.slice(1)).toEqual(['PUT 202', 'poll 200', 'PUT 202', 'poll 200', 'PUT 200']);
    expect(stubbed.cf.credentials('orders-db', 'app-1')).toEqual({ user: 'new' });
  });

  test.each([400, 409, 422])('has failed for good after a %i, and is unbound only by its user', async (status) => {
    stubbed.next('PUT', reply(status));
    expect(await bind()).toBe('create failed');
    stubbed.cf.resync();
    expect(await stubbed.cf.unbind('orders-db', 'app-1')).toBe('deleted');
    expect(stubbed.story.slice(1)).toEqual([`PUT ${status}`, 'DELETE 200']);
  });

  test('that fails later has failed for good, and its user reads why', async () => {
    stubbed.next('PUT', reply(202)).next('GET', reply(200, { state: 'failed', description: 'no' }));
    expect(await bind()).toBe('create failed');
    expect(binding().status.bindingFailed).toBe('no');
  });

  test.each<[string, Script]>([
    ['401', reply(401)],
    ['404', reply(404)],
    ['410', reply(410)],
    ['500', reply(500)],
    ['204', noContent],
    ['201 without a body', reply(201, '')],
    ['201 with a text for credentials', reply(201, { credentials: 'secret' })],
    ['a connection that breaks', hangUp()],
  ])('is asked for again after %s', async (_answer, script) => {
    stubbed.next('PUT', script, script, reply(200, CREDENTIALS));
    expect(await bind()).toBe('create succeeded');
    expect(stubbed.sent('PUT')).toHaveLength(4);
    expect(stubbed.sent('DELETE')).toEqual([]);
  });

  test.each(['the user', 'a/b', ''])('is asked for again while the key %j cannot be mounted', async (key) => {
    stubbed.next('PUT', reply(201, { credentials: { [key]: 'u' } }), reply(200, { credentials: { [key]: 'u' } }), reply(200, CREDENTIALS));
    expect(await bind()).toBe('create succeeded');
    expect(stubbed.sent('PUT')).toHaveLength(4);
  });
});

test('the PUT of a key comes again with each look at it, for ever', async () => {
  stubbed.otherwise('PUT', reply(200, CREDENTIALS));
  expect(await stubbed.cf.createKey('orders-db', 'key')).toBe('create succeeded');
  for (let puts = 3; puts < 8; puts += 1) {
    const before = stubbed.broker.requests.length;
    stubbed.cf.resync();
    await stubbed.broker.received(before + 1);
  }
  expect(stubbed.sent('PUT').length).toBeGreaterThanOrEqual(7);
  expect(await stubbed.cf.unbind('orders-db', 'key')).toBe('deleted');
});

describe('an unbind', () => {
  beforeEach(() => bind());

  test.each<[string, Script]>([
    ['200 without a body', reply(200, '')],
    ['204', noContent],
    ['400', reply(400)],
    ['404', reply(404)],
    ['422', reply(422)],
    ['500', reply(500)],
  ])('is asked for again after %s', async (_answer, script) => {
    stubbed.next('DELETE', script, script, reply(410, ''));
    expect(await stubbed.cf.unbind('orders-db', 'app-1')).toBe('deleted');
    expect(stubbed.sent('DELETE')).toHaveLength(3);
  });

  test('that is accepted is asked for again before each poll', async () => {
    stubbed.next('DELETE', reply(202), reply(202)).next('GET', reply(200, { state: 'in progress' }), reply(200, { state: 'succeeded' }));
    expect(await stubbed.cf.unbind('orders-db', 'app-1')).toBe('deleted');
    expect(stubbed.story.slice(2)).toEqual(['DELETE 202', 'poll 200', 'DELETE 202', 'poll 200']);
  });
});
