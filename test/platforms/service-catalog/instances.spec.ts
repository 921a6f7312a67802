import { hangUp, neverAnswer, reply, type Script } from '../../support/stub-broker.js';
import { isTrue, messageOf } from './objects.js';
import { catalogOf, Stubbed } from './stubbed.js';

let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await Stubbed.start();
});
afterEach(() => stubbed.stop());

const provision = (): Promise<string> => stubbed.cluster.provision('orders-db', 'db', 'small');
/** Seven days are half a second. */
async function quicker(): Promise<void> {
  await stubbed.stop();
  stubbed = await Stubbed.start({ minuteMs: 0.05 });
}

const long = (length: number): string => 'o'.repeat(length);

describe('a provision', () => {
  test.each<[string, Script]>([
    ['201 {}', reply(201)],
    ['200 with nulls', reply(200, { dashboard_url: null, operation: null, metadata: null })],
    ['201 null', reply(201, 'null')],
    ['201 with members nobody knows', reply(201, { metadata: { labels: 1 } })],
  ])('is well after %s', async (_answer, script) => {
    stubbed.next('PUT', script);
    expect(await provision()).toBe('Ready');
    expect(stubbed.story).toHaveLength(1);
  });

  test('has failed after a 400, and its user reads why; the broker is told of no delete', async () => {
    stubbed.next('PUT', reply(400, { error: 'BadRequest', description: 'size is too large' }));
    expect(await provision()).toBe('Failed');
    expect(messageOf(stubbed.cluster.store.instance('orders-db').status, 'Failed')).toContain('size is too large');
    expect(await stubbed.cluster.deprovision('orders-db')).toBe('deleted');
    expect(stubbed.story).toEqual(['PUT 400']);
  });

  test.each([409, 422, 401, 403, 404, 410, 412, 429])('is tried again with the same id after a %i', async (status) => {
    stubbed.next('PUT', reply(status, { error: 'ConcurrencyError', description: 'Busy.' }), reply(status), reply(201));
    expect(await provision()).toBe('Ready');
    expect(stubbed.story).toEqual([`PUT ${status}`, `PUT ${status}`, 'PUT 201']);
    expect(new Set(stubbed.sent('PUT')).size).toBe(1);
  });

  test.each<[string, string, Script]>([
    ['500', '500', reply(500)],
    ['503 without JSON', '503', reply(503, '<html>')],
    ['204', '204', (response) => void response.writeHead(204).end()],
    ['201 without a body', '201', reply(201, '')],
    ['201 that breaks off', '201', reply(201, '{"dashboard_url": "http')],
    ['201 with a number for a URL', '201', reply(201, { dashboard_url: 1 })],
    ['201 with a list', '201', reply(201, [])],
    ['202 with a number for an operation', '202', reply(202, { operation: 7 })],
    ['no answer', 'timeout', neverAnswer],
  ])('is deleted and tried again with the same id after %s', async (_answer, line, script) => {
    stubbed.next('PUT', script, reply(201));
    expect(await provision()).toBe('Ready');
    expect(stubbed.story).toEqual([`PUT ${line}`, 'DELETE 200', 'PUT 201']);
    expect(new Set(stubbed.sent('PUT')).size).toBe(1);
  });

  test('a 200 that cannot be read is tried again without a delete', async () => {
    stubbed.next('PUT', reply(200, ''), reply(200));
    expect(await provision()).toBe('Ready');
    expect(stubbed.story).toEqual(['PUT 200', 'PUT 200']);
  });

  test('the same call comes again after a connection that broke', async () => {
    stubbed.next('PUT', hangUp(), reply(200));
    expect(await provision()).toBe('Ready');
    expect(stubbed.story).toEqual(['PUT reset', 'PUT 200']);
  });

  test('the same call comes again from the next controller, while the first is under way', async () => {
    stubbed.next('PUT', neverAnswer, reply(202, { operation: 'p-1' })).next('GET', reply(200, { state: 'succeeded' }));
    const outcome = provision();
    await stubbed.broker.received(2);
    await stubbed.cluster.killController();
    expect(await outcome).toBe('Ready');
    expect(stubbed.story).toEqual(['PUT reset', 'PUT 202', 'poll 200']);
    expect(new Set(stubbed.broker.requests.filter(({ method }) => method === 'PUT').map(({ body }) => body)).size).toBe(1);
  });

  test('what failed later is deleted, and has failed for good', async () => {
    stubbed.next('PUT', reply(202)).next('GET', reply(200, { state: 'failed', description: 'quota' }), reply(410));
    stubbed.next('DELETE', reply(500), reply(202));
    expect(await provision()).toBe('Failed');
    expect(messageOf(stubbed.cluster.store.instance('orders-db').status, 'Failed')).toContain('quota');
    expect(stubbed.story).toEqual(['PUT 202', 'poll 200', 'DELETE 500', 'DELETE 202', 'poll 410']);
    expect(await stubbed.cluster.deprovision('orders-db')).toBe('deleted');
    expect(stubbed.sent('DELETE')).toHaveLength(2);
  });

  test('a poll answered 400 ends it as well', async () => {
    stubbed.next('PUT', reply(202)).next('GET', reply(400));
    expect(await provision()).toBe('Failed');
    expect(stubbed.story).toEqual(['PUT 202', 'poll 400', 'DELETE 200']);
  });

  test.each<[string, Script]>([
    ['404', reply(404)],
    ['410', reply(410)],
    ['500', reply(500)],
    ['429', reply(429, {}, { 'retry-after': '600' })],
    ['no JSON', reply(200, '')],
    ['a state nobody knows', reply(200, { state: 'done' })],
    ['no state', reply(200)],
  ])('is polled on after %s', async (_answer, script) => {
    stubbed.next('PUT', reply(202)).next('GET', script, script, reply(200, { state: 'succeeded' }));
    expect(await provision()).toBe('Ready');
    expect(stubbed.sent('DELETE')).toEqual([]);
  });

  test('what has no end within seven days is deleted', async () => {
    await quicker();
    stubbed.next('PUT', reply(202)).otherwise('GET', reply(200, { state: 'in progress' }));
    expect(await provision()).toBe('Failed');
    expect(stubbed.sent('DELETE')).toHaveLength(1);
  });

  test('an operation whose word is too long to be kept is never known of', async () => {
    stubbed.next('PUT', reply(202, { operation: long(10_001) }), reply(202, { operation: long(10_000) }));
    stubbed.next('GET', reply(200, { state: 'succeeded' }));
    expect(await provision()).toBe('Ready');
    expect(stubbed.story).toEqual(['PUT 202', 'PUT 202', 'poll 200']);
  });
});

describe('a deletion', () => {
  test.each<[string, Script]>([
    ['200 {}', reply(200)],
    ['200 without a body', reply(200, '')],
    ['410 without a body', reply(410, '')],
  ])('is done after %s', async (_answer, script) => {
    await stubbed.withInstance();
    stubbed.next('DELETE', script);
    expect(await stubbed.cluster.deprovision('orders-db')).toBe('deleted');
  });

  test.each<[string, Script]>([
    ['204', (response) => void response.writeHead(204).end()],
    ['400', reply(400)],
    ['404', reply(404)],
    ['422', reply(422, { error: 'ConcurrencyError' })],
    ['500', reply(500)],
    ['202 without a body', reply(202, '')],
    ['a connection that breaks', hangUp()],
  ])('is tried again after %s', async (_answer, script) => {
    await stubbed.withInstance();
    stubbed.next('DELETE', script, script, reply(200));
    expect(await stubbed.cluster.deprovision('orders-db')).toBe('deleted');
    expect(stubbed.sent('DELETE')).toHaveLength(3);
  });

  test('begins anew when it failed later, and is given up after seven days', async () => {
    await quicker();
    await stubbed.withInstance();
    stubbed.otherwise('DELETE', reply(202)).otherwise('GET', reply(200, { state: 'failed', description: 'still in use' }));
    expect(await stubbed.cluster.deprovision('orders-db')).toBe('Failed');
    expect(stubbed.sent('DELETE').length).toBeGreaterThan(2);
    expect(stubbed.cluster.store.instance('orders-db').status.deprovisionStatus).toBe('Failed');
  });

  test('waits for the end of an update, and for its bindings', async () => {
    await stubbed.withInstance();
    await stubbed.cluster.bind('orders-db', 'web');
    const blocked = stubbed.cluster.deprovision('orders-db');
    await stubbed.cluster.until(() => messageOf(stubbed.cluster.store.instance('orders-db').status, 'Ready').includes('must be removed'));
    expect(stubbed.sent('DELETE')).toEqual([]);
    await stubbed.cluster.unbind('web');
    expect(await blocked).toBe('deleted');
  });
});

describe('an update', () => {
  test.each([409, 410, 422, 500, 503])('is tried again after a %i, and nothing is deleted', async (status) => {
    await stubbed.withInstance();
    stubbed.next('PATCH', reply(status), reply(200));
    expect(await stubbed.cluster.update('orders-db', { planName: 'large' })).toBe('Ready');
    expect(stubbed.sent('PATCH')).toHaveLength(2);
    expect(stubbed.sent('DELETE')).toEqual([]);
  });

  test('has failed after a 400 and after a failure told later; another one heals it', async () => {
    await stubbed.withInstance();
    stubbed.next('PATCH', reply(400), reply(202), reply(200)).next('GET', reply(200, { state: 'failed' }));
    expect(await stubbed.cluster.update('orders-db', { planName: 'large' })).toBe('Failed');
    expect(await stubbed.cluster.update('orders-db', { parameters: { size: 2 } })).toBe('Failed');
    expect(isTrue(stubbed.cluster.store.instance('orders-db').status, 'Ready')).toBe(false);
    expect(await stubbed.cluster.update('orders-db', { parameters: { size: 3 } })).toBe('Ready');
    expect(JSON.parse(stubbed.broker.last.body)).toMatchObject({ plan_id: 'plan-2', previous_values: { plan_id: 'plan-1' } });
  });

  test('of the plan is refused by the cluster where the class does not allow it', async () => {
    await stubbed.relist(catalogOf({ service: { plan_updateable: false } }));
    await stubbed.withInstance();
    await expect(stubbed.cluster.update('orders-db', { planName: 'large' })).rejects.toThrow('does not allow plan changes');
  });
});
