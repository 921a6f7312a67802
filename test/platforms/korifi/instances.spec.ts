import { hangUp, neverAnswer, reply, type Script } from '../../support/stub-broker.js';
import { Stubbed } from './stubbed.js';

let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await Stubbed.start();
});
afterEach(() => stubbed.stop());

const create = (): Promise<string> => stubbed.cf.createService('db', 'small', 'orders-db');
const noContent: Script = (response) => void response.writeHead(204).end();

describe('a create', () => {
  test.each<[string, Script]>([
    ['201 {}', reply(201)],
    ['200 with nulls', reply(200, { dashboard_url: null, operation: null })],
    ['206', reply(206)],
  ])('has succeeded after %s, and is not asked for again', async (_answer, script) => {
    stubbed.next('PUT', script);
    expect(await create()).toBe('create succeeded');
    stubbed.cf.resync();
    await stubbed.cf.deleteService('orders-db');
    expect(stubbed.sent('PUT')).toHaveLength(1);
  });

  test.each([400, 409, 422])('has failed for good after a %i: no reason is shown, nothing is deleted before its user does', async (status) => {
    stubbed.next('PUT', reply(status, { description: 'size is too large' }));
    expect(await create()).toBe('create failed');
    expect(stubbed.cf.database.instance('orders-db').status.provisioningFailed).toBe(`The server responded with status: ${status}`);
    stubbed.cf.resync();
    expect(await stubbed.cf.deleteService('orders-db')).toBe('deleted');
    expect(stubbed.story).toEqual([`PUT ${status}`, 'DELETE 200']);
  });

  test.each<[string, Script]>([
    ['301', reply(301)],
    ['401', reply(401)],
    ['404', reply(404)],
    ['408', reply(408)],
    ['410', reply(410)],
    ['429', reply(429)],
    ['500', reply(500)],
    ['503', reply(503)],
    ['204', noContent],
    ['201 without a body', reply(201, '')],
    ['201 with a list', reply(201, [])],
    ['202 with a number for an operation', reply(202, { operation: 7 })],
    ['a connection that breaks', hangUp()],
  ])('is asked for again, with the same id, after %s', async (_answer, script) => {
    stubbed.next('PUT', script, script, reply(201));
    expect(await create()).toBe('create succeeded');
    expect(stubbed.sent('PUT')).toHaveLength(3);
    expect(new Set(stubbed.broker.requests.slice(1).map(({ url, body }) => url + body)).size).toBe(1);
    expect(stubbed.sent('DELETE')).toEqual([]);
  });

  test('that is accepted is asked for again before each poll, which is for the operation of that answer', async () => {
    stubbed.next('PUT', reply(202, { operation: 'a' }), reply(202, { operation: 'b' }), reply(202, { operation: 'c' }));
    stubbed.next('GET', reply(200, { state: 'in progress' }), reply(200, { state: 'never heard of' }), reply(200, { state: 'succeeded' }));
    expect(await create()).toBe('create succeeded');
    expect(stubbed.story).toEqual(['PUT 202', 'poll 200', 'PUT 202', 'poll 200', 'PUT 202', 'poll 200']);
    expect(stubbed.sent('GET').slice(1).map((url) => /operation=(\w)/.exec(url)?.[1])).toEqual(['a', 'b', 'c']);
  });

  test('that was accepted and then refused has failed for good', async () => {
    stubbed.next('PUT', reply(202), reply(409)).next('GET', reply(200, { state: 'in progress' }));
    expect(await create()).toBe('create failed');
    expect(stubbed.sent('DELETE')).toEqual([]);
  });

  test('that fails later has failed for good, and its user reads why', async () => {
    stubbed.next('PUT', reply(202)).next('GET', reply(200, { state: 'failed', description: 'quota' }));
    expect(await create()).toBe('create failed');
    expect(stubbed.cf.database.instance('orders-db').status.lastOperation?.description).toBe('quota');
    expect(stubbed.sent('DELETE')).toEqual([]);
  });

  test.each([400, 404, 410, 429, 500])('is asked for again after a poll answered %i', async (status) => {
    stubbed.next('PUT', reply(202), reply(201)).next('GET', reply(status));
    expect(await create()).toBe('create succeeded');
    expect(stubbed.story).toEqual(['PUT 202', `poll ${status}`, 'PUT 201']);
  });

  test('waits as long as the broker takes, and is sent again by the next controller', async () => {
    stubbed.next('PUT', neverAnswer, reply(200));
    const outcome = create();
    await stubbed.broker.received(2);
    await stubbed.cf.killController();
    expect(await outcome).toBe('create succeeded');
    expect(stubbed.story).toEqual(['PUT reset', 'PUT 200']);
  });

  test('of a plan for administrators is not asked for', async () => {
    stubbed.cf.database.plan('plan-1').visibility = 'admin';
    await create();
    expect(stubbed.cf.database.instance('orders-db').status.ready).toMatchObject({ isTrue: false, reason: 'InvalidServicePlan' });
    expect(stubbed.sent('PUT')).toEqual([]);
  });
});

describe('a deletion', () => {
  beforeEach(() => stubbed.withInstance());

  test.each<[string, Script]>([
    ['200 {}', reply(200)],
    ['410 without a body', reply(410, '')],
  ])('is done after %s', async (_answer, script) => {
    stubbed.next('DELETE', script);
    expect(await stubbed.cf.deleteService('orders-db')).toBe('deleted');
    expect(stubbed.sent('DELETE')).toHaveLength(1);
  });

  test.each<[string, Script]>([
    ['200 without a body', reply(200, '')],
    ['204', noContent],
    ['404', reply(404)],
    ['409', reply(409)],
    ['500', reply(500)],
    ['a connection that breaks', hangUp()],
  ])('is asked for again after %s', async (_answer, script) => {
    stubbed.next('DELETE', script, script, reply(410));
    expect(await stubbed.cf.deleteService('orders-db')).toBe('deleted');
    expect(stubbed.sent('DELETE')).toHaveLength(3);
  });

  test.each([400, 422])('is shown as failed after a %i, and asked for again all the same', async (status) => {
    const instance = stubbed.cf.database.instance('orders-db');
    stubbed.next('DELETE', reply(status), reply(status), reply(200));
    expect(await stubbed.cf.deleteService('orders-db')).toBe('deleted');
    expect(instance.status.deprovisioningFailed).toBe(`The server responded with status: ${status}`);
  });

  test('that is accepted is asked for again before each poll; gone is only what a DELETE is told to be', async () => {
    stubbed.next('DELETE', reply(202), reply(202), reply(410)).next('GET', reply(200, { state: 'in progress' }), reply(410));
    expect(await stubbed.cf.deleteService('orders-db')).toBe('deleted');
    expect(stubbed.story.slice(1)).toEqual(['DELETE 202', 'poll 200', 'DELETE 202', 'poll 410', 'DELETE 410']);
  });

  test('takes the bindings with it', async () => {
    await stubbed.cf.bindApp('orders-db', 'app-1');
    await stubbed.cf.createKey('orders-db', 'key');
    expect(await stubbed.cf.deleteService('orders-db')).toBe('deleted');
    expect(stubbed.sent('DELETE').filter((url) => url.includes('service_bindings'))).toHaveLength(2);
    expect(stubbed.sent('DELETE').at(-1)).not.toContain('service_bindings');
    expect(stubbed.cf.leftovers()).toEqual([]);
  });

  test('may keep quiet towards the broker', async () => {
    await stubbed.cf.bindApp('orders-db', 'app-1');
    expect(await stubbed.cf.deleteService('orders-db', { purge: true })).toBe('deleted');
    expect(stubbed.sent('DELETE')).toEqual([]);
  });
});
