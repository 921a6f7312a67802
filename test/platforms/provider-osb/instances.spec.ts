import { hangUp, neverAnswer, reply, type Script } from '../../support/stub-broker.js';
import { CREATE_INCOMPLETE } from './reconciler.js';
import { FETCHED, PLAN, Stubbed } from './stubbed.js';

let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await Stubbed.start();
});
afterEach(() => stubbed.stop());

const noContent: Script = (response) => void response.writeHead(204).end();
const found = reply(200, FETCHED);

describe('a create', () => {
  test('is in sync when a GET has found it', async () => {
    const instance = stubbed.apply();
    stubbed.next('PUT', reply(201, { dashboard_url: 'https://d.example' })).otherwise('GET', found);
    expect(await stubbed.provider.synced(instance)).toBe('Synced succeeded');
    expect(instance.dashboardUrl).toBe('https://d.example');
    expect(stubbed.story.slice(0, 3)).toEqual(['GET 404', 'PUT 201', 'GET 200']);
  });

  test('that is accepted is polled, each minute, and then looked at', async () => {
    const instance = stubbed.apply();
    stubbed.next('PUT', reply(202, { operation: 'o', dashboard_url: null }));
    stubbed.next('GET', reply(200, { state: 'in progress' }), reply(200, { state: 'succeeded', description: 'done' })).otherwise('GET', found);
    expect(await stubbed.provider.synced(instance)).toBe('Synced succeeded');
    expect(instance.description).toBe('done');
    expect(stubbed.story.slice(0, 5)).toEqual(['GET 404', 'PUT 202', 'poll 200', 'poll 200', 'GET 200']);
  });

  test('that fails later is asked for again with the same id, as soon as a GET finds nothing', async () => {
    const instance = stubbed.apply();
    stubbed.next('GET', reply(200, { state: 'failed', description: 'no' })).otherwise('GET', reply(404));
    stubbed.next('PUT', reply(202), (...call) => {
      stubbed.otherwise('GET', found);
      reply(201)(...call);
    });
    expect(await stubbed.provider.synced(instance)).toBe('Synced succeeded');
    const [first, second, ...more] = stubbed.sent('PUT');
    expect([second, more, stubbed.sent('DELETE')]).toEqual([first, [], []]);
  });

  test('whose poll finds nothing is asked for again', async () => {
    const instance = stubbed.apply();
    stubbed.next('PUT', reply(202), reply(201)).next('GET', reply(410), reply(410), reply(410));
    stubbed.otherwise('GET', reply(404));
    await stubbed.provider.until(() => stubbed.sent('PUT').length === 2);
    expect(instance.state).toMatch(/in progress|succeeded/);
  });

  test.each<[string, Script]>([
    ['400', reply(400)],
    ['401', reply(401)],
    ['409', reply(409)],
    ['422', reply(422)],
    ['500', reply(500)],
    ['204', noContent],
    ['201 without a body', reply(201, '')],
    ['201 with a number for a dashboard', reply(201, { dashboard_url: 1 })],
    ['201 with a list for metadata', reply(201, { metadata: [] })],
    ['202 with a number for an operation', reply(202, { operation: 1 })],
    ['a connection that breaks', hangUp()],
  ])('is asked for again after %s, and nothing is deleted', async (_answer, script) => {
    const instance = stubbed.apply();
    stubbed.next('GET', reply(404), reply(404)).next('PUT', script, script, reply(201)).otherwise('GET', found);
    expect(await stubbed.provider.troubled(instance)).not.toBe('');
    expect(await stubbed.provider.synced(instance)).toBe('Synced succeeded');
    expect(stubbed.sent('PUT')).toHaveLength(3);
    expect(stubbed.sent('DELETE')).toEqual([]);
  });

  test('tells its user what the broker said', async () => {
    const instance = stubbed.apply();
    stubbed.next('PUT', reply(400, { error: 'BadRequest', description: 'no such size' }));
    expect(await stubbed.provider.troubled(instance)).toContain('Status: 400; ErrorMessage: BadRequest; Description: no such size');
  });

  test('nobody knows the end of is left alone until its user says that it may go on, and told its context again', async () => {
    const instance = stubbed.apply();
    stubbed.next('PUT', neverAnswer);
    await stubbed.broker.received(2);
    await stubbed.provider.killController();
    expect(await stubbed.provider.troubled(instance)).toBe(CREATE_INCOMPLETE);
    expect(stubbed.sent('PUT')).toHaveLength(1);
    stubbed.otherwise('GET', found);
    stubbed.provider.vouchFor(instance);
    expect(await stubbed.provider.synced(instance)).toBe('Synced succeeded');
    expect([stubbed.sent('PUT').length, stubbed.sent('PATCH').length]).toEqual([1, 1]);
  });

  test.each<[string, Script]>([
    ['500', reply(500)],
    ['a dashboard that is no text', reply(200, { ...FETCHED, dashboard_url: {} })],
    ['nothing that is JSON', reply(200, 'x')],
  ])('waits for a GET that makes sense, after %s', async (_answer, script) => {
    const instance = stubbed.apply();
    stubbed.next('GET', script).otherwise('GET', found);
    expect(await stubbed.provider.troubled(instance)).not.toBe('');
    expect(await stubbed.provider.synced(instance)).toBe('Synced succeeded');
  });
});

describe('what is looked at each minute', () => {
  beforeEach(async () => {
    const instance = stubbed.apply();
    stubbed.otherwise('GET', found);
    await stubbed.provider.synced(instance);
  });

  const looks = (count: number): Promise<void> => stubbed.provider.until(() => stubbed.sent('GET').length >= count);

  test('is left alone while it is as it should be', async () => {
    await looks(6);
    expect(stubbed.sent('PATCH')).toEqual([]);
  });

  test.each([
    ['other parameters', '{"size":2}'],
    ['parameters the broker does not tell', '{"size":1,"more":[]}'],
    ['no parameters, though nothing is to be changed', ''],
  ])('is updated again and again with %s', async (_what, parameters) => {
    stubbed.provider.changeInstance('orders', { parameters });
    await stubbed.provider.until(() => stubbed.sent('PATCH').length >= 3);
    expect(stubbed.lastOf('PATCH').body.includes('parameters')).toBe(parameters !== '');
  });

  test('is not updated to another plan, nor is anything else then', async () => {
    const plan = { ...PLAN, plan_id: '9f8e7d6c-0000-4000-8000-000000000002' };
    stubbed.provider.changeInstance('orders', { plan, parameters: '{"size":2}' });
    await looks(8);
    expect(stubbed.sent('PATCH')).toEqual([]);
  });

  test('is updated once when its context is another', async () => {
    const context = { platform: 'kubernetes' as const, namespace: 'shop', instanceAnnotations: { team: 'a' }, clusterId: 'cluster-1', instanceName: 'orders' };
    stubbed.provider.changeInstance('orders', { context });
    await stubbed.provider.until(() => stubbed.sent('PATCH').length > 0);
    await looks(stubbed.sent('GET').length + 3);
    expect(stubbed.sent('PATCH')).toHaveLength(1);
  });

  test('is made anew when it is gone', async () => {
    stubbed.next('GET', reply(410), ...Array.from({ length: 3 }, () => reply(404)));
    await stubbed.provider.until(() => stubbed.sent('PUT').length === 2);
    expect(new Set(stubbed.sent('PUT')).size).toBe(1);
  });
});

describe('a delete', () => {
  test.each([
    ['200', reply(200), reply(410)],
    ['200 without a body', reply(200, ''), reply(200, '')],
    ['410 or 404', reply(410, ''), reply(404, '')],
  ])('that is answered %s goes on for ever', async (_answer, ...scripts) => {
    const instance = stubbed.apply();
    stubbed.next('DELETE', ...scripts).otherwise('GET', found).otherwise('DELETE', reply(410));
    await stubbed.provider.synced(instance);
    expect(await stubbed.provider.delete(instance)).toBe('deleting for ever');
    await stubbed.provider.until(() => stubbed.sent('DELETE').length > 4);
  });

  test('that is accepted is asked for again after each poll, and done when a poll finds nothing', async () => {
    const instance = stubbed.apply();
    stubbed.otherwise('GET', found).otherwise('DELETE', reply(202, { operation: 'd' }));
    await stubbed.provider.synced(instance);
    const deleted = stubbed.provider.delete(instance);
    await stubbed.provider.until(() => stubbed.story.includes('DELETE 202'));
    stubbed.otherwise('GET', reply(410, ''));
    expect(await deleted).toBe('deleted');
    expect(stubbed.story.at(-1)).toBe('poll 410');
  });

  test('that a poll says has succeeded goes on for ever', async () => {
    const instance = stubbed.apply();
    stubbed.otherwise('GET', found).next('DELETE', reply(202, { operation: 'd' })).otherwise('DELETE', reply(410));
    await stubbed.provider.synced(instance);
    stubbed.otherwise('GET', reply(200, { state: 'succeeded' }));
    expect(await stubbed.provider.delete(instance)).toBe('deleting for ever');
  });

  test.each<[string, Script]>([
    ['400', reply(400)],
    ['422', reply(422)],
    ['500', reply(500)],
    ['202 without a body', reply(202, '')],
  ])('is asked for again after %s', async (_answer, script) => {
    const instance = stubbed.apply();
    stubbed.otherwise('GET', found).next('DELETE', script, script);
    await stubbed.provider.synced(instance);
    await stubbed.provider.delete(instance);
    expect(stubbed.sent('DELETE').length).toBeGreaterThanOrEqual(4);
  });
});
