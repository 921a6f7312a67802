import { createSimulator } from '#backends/simulator';
import {
  BINDING,
  bindBody,
  INSTANCE,
  pollPath,
  provisionBody,
  query,
  startSimulatedBroker,
  type Reply,
  type SimulatedBroker,
} from './simulator-client.js';

let broker: SimulatedBroker;

beforeEach(async () => {
  broker = await startSimulatedBroker();
});
afterEach(() => broker.close());

const call: SimulatedBroker['call'] = (...request) => broker.call(...request);
const end: SimulatedBroker['end'] = (path) => broker.end(path);

const provision = (plan: string, parameters?: string, path = INSTANCE): Promise<Reply> =>
  call('PUT', path, provisionBody(plan, parameters));
const provisionLater = (plan: string, parameters?: string): Promise<Reply> =>
  call('PUT', `${INSTANCE}?accepts_incomplete=true`, provisionBody(plan, parameters));
const deprovision = (plan: string, path = INSTANCE): Promise<Reply> => call('DELETE', path + query(plan));
const bind = (plan: string, parameters?: string): Promise<Reply> => call('PUT', BINDING, bindBody(plan, parameters));

describe('a synchronous life', () => {
  test('goes from 201 over 200 to 410', async () => {
    const created = await provision('sync', '{"size":1}');
    expect(created).toMatchObject({ status: 201, json: { dashboard_url: expect.stringMatching(/^https:/) } });
    expect(await provision('sync', '{"size":1.0}')).toMatchObject({ status: 200, json: created.json });
    expect((await provision('sync', '{"size":2}')).status).toBe(409);
    expect((await provision('async', '{"size":1}')).status).toBe(409);
    expect(await call('GET', INSTANCE)).toMatchObject({ status: 200, json: { plan_id: 'simulator-sync' } });

    const bound = await bind('sync');
    expect(bound).toMatchObject({ status: 201, json: { credentials: { username: expect.any(String) } } });
    expect(await bind('sync')).toMatchObject({ status: 200, text: bound.text });
    expect((await bind('sync', '{"a":1}')).status).toBe(409);
    expect((await call('GET', BINDING)).json).toMatchObject(bound.json);

    const updated = await call('PATCH', INSTANCE, `{"service_id":"simulator-service","parameters":{"size":2}}`);
    expect(updated).toMatchObject({ status: 200, text: '{}' });
    expect((await provision('sync', '{"size":2}')).status).toBe(200);
    expect((await provision('sync', '{"size":1}')).status).toBe(409);

    expect(await call('DELETE', BINDING + query('sync'))).toMatchObject({ status: 200, text: '{}' });
    expect((await call('DELETE', BINDING + query('sync'))).status).toBe(410);
    expect((await call('GET', BINDING)).status).toBe(404);
    expect(await deprovision('sync')).toMatchObject({ status: 200, text: '{}' });
    expect((await deprovision('sync')).status).toBe(410);
    expect((await call('GET', INSTANCE)).status).toBe(404);
    expect((await call('GET', `${INSTANCE}/last_operation`)).status).toBe(410);
    expect((await provision('sync')).status).toBe(201);
  });

  test('ids of any characters are decoded once and stay apart', async () => {
    const idsOfAllKinds = ['a/b', 'a%2Fb', 'ä ö?#&', 'Case', 'case', 'x'.repeat(1_024), 'a+b'];
    for (const id of idsOfAllKinds) {
      const path = `/v2/service_instances/${encodeURIComponent(id)}`;
      expect((await provision('sync', '{}', path)).status).toBe(201);
    }
    expect(broker.simulator.ledger.inventory.instances().map(({ instanceId }) => instanceId)).toEqual(idsOfAllKinds);
    for (const id of idsOfAllKinds) {
      expect((await deprovision('sync', `/v2/service_instances/${encodeURIComponent(id)}`)).status).toBe(200);
    }
  });

  test('parameters and credentials keep their bytes', async () => {
    const bytes = '{"n":12345678901234567890, "one": 1.0,"2":0,"1":"\\u00e4 ä"}';
    await provision('sync', bytes);
    expect((await call('GET', INSTANCE)).text).toContain(`"parameters":${bytes}`);
    expect(broker.simulator.ledger.calls.at(-2)).toMatchObject({ verb: 'provision', parameters: bytes });
    const bound = await bind('sync', `{"simulate":{"credentials":${bytes}}}`);
    expect(bound.text).toBe(`{"credentials":${bytes}}`);
    expect((await bind('sync', `{"simulate":{"credentials":${bytes}}}`)).text).toBe(bound.text);
    expect((await call('GET', BINDING)).text).toContain(`"credentials":${bytes}`);
  });

  test('the headers of a request reach the backend', async () => {
    const identity = 'cloudfoundry eyJ1c2VyX2lkIjoidSJ9';
    const headers = { 'x-broker-api-originating-identity': identity, 'x-broker-api-request-identity': 'r-1' };
    const reply = await call('PUT', INSTANCE, provisionBody('sync'), headers);
    expect(reply.headers.get('x-broker-api-request-identity')).toBe('r-1');
    expect(broker.simulator.ledger.calls).toMatchObject([{ originatingIdentity: identity, requestIdentity: 'r-1' }]);
  });
});

describe('an asynchronous life', () => {
  test('needs accepts_incomplete, and changes nothing without it', async () => {
    expect(await provision('async')).toMatchObject({ status: 422, json: { error: 'AsyncRequired' } });
    const torn = await call('PUT', `${INSTANCE}?accepts_incomplete=true&accepts_incomplete=false`, provisionBody('async'));
    expect(torn).toMatchObject({ status: 422, json: { error: 'AsyncRequired' } });
    expect((await deprovision('async')).status).toBe(410);
    await provisionLater('async');
    await end(`${INSTANCE}/last_operation`);
    expect(await deprovision('async')).toMatchObject({ status: 422, json: { error: 'AsyncRequired' } });
    expect((await call('GET', INSTANCE)).status).toBe(200);
  });

  test('goes from 202 over polls to 410, and a request sent again joins its operation', async () => {
    const accepted = await provisionLater('async', '{"simulate":{"async":{"durationMs":300,"retryAfterMs":1500}}}');
    expect(accepted).toMatchObject({
      status: 202,
      json: { operation: expect.any(String), dashboard_url: expect.any(String) },
    });
    const again = await provisionLater('async', '{"simulate":{"async":{"durationMs":300,"retryAfterMs":1500}}}');
    expect(again).toMatchObject({ status: 202, json: { operation: accepted.json['operation'] } });
    expect((await provisionLater('async')).status).toBe(409);
    expect((await call('GET', INSTANCE)).status).toBe(404);
    expect(await bind('async')).toMatchObject({ status: 422, json: { error: 'ConcurrencyError' } });
    const polled = await call('GET', pollPath(INSTANCE, accepted));
    expect(polled).toMatchObject({ status: 200, json: { state: 'in progress' } });
    expect(polled.headers.get('retry-after')).toBe('2');
    expect((await call('GET', `${INSTANCE}/last_operation?operation=forged`)).status).toBe(404);

    expect(await end(pollPath(INSTANCE, accepted))).toMatchObject({ status: 200, json: { state: 'succeeded' } });
    expect(await call('GET', pollPath(INSTANCE, accepted))).toMatchObject({ json: { state: 'succeeded' } });
    expect((await call('GET', INSTANCE)).status).toBe(200);

    const deleting = await call('DELETE', `${INSTANCE}${query('async')}&accepts_incomplete=true`);
    expect(deleting.status).toBe(202);
    expect((await end(pollPath(INSTANCE, deleting))).status).toBe(410);
    expect((await call('GET', `${INSTANCE}/last_operation`)).status).toBe(410);
    expect((await deprovision('async')).status).toBe(410);
  });

  test('a failure leaves the instance to be cleaned up, and is told again', async () => {
    const accepted = await provisionLater('failing');
    for (const _time of ['first', 'again']) {
      expect((await end(pollPath(INSTANCE, accepted))).json).toEqual({
        state: 'failed',
        description: 'The simulated quota is used up.',
      });
    }
    expect((await call('GET', INSTANCE)).status).toBe(404);
    expect(broker.simulator.ledger.inventory.instances()).toMatchObject([{ status: 'failed' }]);
    expect((await deprovision('failing')).status).toBe(200);
    expect(broker.simulator.ledger.inventory.instances()).toEqual([]);
  });

  test('a failed update tells its flags and changes nothing', async () => {
    await provision('sync', '{"size":1}');
    const asked = '{"async":{"polls":1,"outcome":"failed","instanceUsable":true,"updateRepeatable":false}}';
    const body = `{"service_id":"simulator-service","parameters":{"size":2,"simulate":${asked}}}`;
    const accepted = await call('PATCH', `${INSTANCE}?accepts_incomplete=true`, body);
    expect(accepted.status).toBe(202);
    expect((await end(pollPath(INSTANCE, accepted))).json).toMatchObject({
      state: 'failed',
      instance_usable: true,
      update_repeatable: false,
    });
    expect((await call('GET', INSTANCE)).json).toMatchObject({ parameters: { size: 1 } });
  });

  test('a bind that finishes later hands out its credentials on GET and on the PUT sent again', async () => {
    await provision('async-bind');
    const path = `${BINDING}?accepts_incomplete=true`;
    const accepted = await call('PUT', path, bindBody('async-bind'));
    expect(accepted).toMatchObject({ status: 202, json: { operation: expect.any(String) } });
    expect(accepted.json).not.toHaveProperty('credentials');
    expect((await end(pollPath(BINDING, accepted))).json).toEqual({ state: 'succeeded' });
    const fetched = await call('GET', BINDING);
    expect(fetched.json).toMatchObject({ credentials: { password: expect.any(String) } });
    const again = await call('PUT', path, bindBody('async-bind'));
    expect(again).toMatchObject({ status: 200, json: { credentials: fetched.json['credentials'] } });
    const unbinding = await call('DELETE', `${BINDING}${query('async-bind')}&accepts_incomplete=true`);
    expect((await end(pollPath(BINDING, unbinding))).status).toBe(410);
  });

  test('an operation string of 10,000 odd characters comes back as it was', async () => {
    const token = 'a+ &=/%2F?#ü'.repeat(1_000).slice(0, 10_000);
    const accepted = await provisionLater('async', `{"simulate":{"async":{"pollToken":${JSON.stringify(token)}}}}`);
    expect(accepted.json['operation']).toBe(token);
    expect((await end(pollPath(INSTANCE, accepted))).json).toEqual({ state: 'succeeded' });
  });

  test('a deprovision ends a create that is still running', async () => {
    const created = await provisionLater('async', '{"simulate":{"async":{"outcome":"never"}}}');
    expect((await call('GET', pollPath(INSTANCE, created))).json).toMatchObject({ state: 'in progress' });
    const deleting = await call('DELETE', `${INSTANCE}${query('async')}&accepts_incomplete=true`);
    expect(await call('GET', pollPath(INSTANCE, created))).toMatchObject({ status: 200, json: { state: 'failed' } });
    expect((await end(pollPath(INSTANCE, deleting))).status).toBe(410);
    expect(broker.simulator.ledger.inventory.instances()).toEqual([]);
    expect(await call('GET', pollPath(INSTANCE, created))).toMatchObject({ status: 200, json: { state: 'failed' } });
  });

  test('an operation is answered for by its own name, whatever came after it', async () => {
    const created = await provisionLater('async');
    await end(pollPath(INSTANCE, created));
    const failing = '{"service_id":"simulator-service","parameters":{"simulate":{"async":{"durationMs":1,"outcome":"failed"}}}}';
    const updated = await call('PATCH', `${INSTANCE}?accepts_incomplete=true`, failing);
    await end(pollPath(INSTANCE, updated));
    await end(pollPath(INSTANCE, await call('DELETE', `${INSTANCE}${query('async')}&accepts_incomplete=true`)));
    expect(await call('GET', pollPath(INSTANCE, created))).toMatchObject({ status: 200, json: { state: 'succeeded' } });
    expect(await call('GET', pollPath(INSTANCE, updated))).toMatchObject({ status: 200, json: { state: 'failed' } });
    expect((await call('GET', `${INSTANCE}/last_operation`)).status).toBe(410);
  });
});

describe('a request that is wrong', () => {
  test.each([
    ['a wrong password', { authorization: `Basic ${Buffer.from('platform:no').toString('base64')}` }, 401],
    ['no version', { 'x-broker-api-version': '' }, 400],
    ['another major version', { 'x-broker-api-version': '3.0' }, 412],
    ['a version that is too old', { 'x-broker-api-version': '2.9' }, 412],
  ])('with %s is refused with JSON, before its body is read', async (_what, headers, status) => {
    const reply = await call('PUT', INSTANCE, '{"broken', headers);
    expect(reply).toMatchObject({ status, json: { error: expect.any(String), description: expect.any(String) } });
    expect((await deprovision('sync')).status).toBe(410);
  });

  test.each([
    ['broken JSON', '{"a":'],
    ['an array', '[]'],
    ['no service id', '{"plan_id":"p","organization_guid":"o","space_guid":"s"}'],
    ['an empty space', provisionBody('sync').replace('"space"', '""')],
    ['an unknown plan', provisionBody('none')],
    ['parameters that are text', provisionBody('sync', '"text"')],
    ['a simulation that does not exist', provisionBody('sync', '{"simulate":{"fail":true}}')],
  ])('with %s is answered 400', async (_what, body) => {
    expect(await call('PUT', INSTANCE, body)).toMatchObject({ status: 400, json: { error: 'BadRequest' } });
  });

  test.each([
    ['GET', '/v2/nothing', 404],
    ['POST', '/v2/catalog', 405],
    ['GET', '/v2/service_instances/%E0%A4%A', 400],
    ['DELETE', INSTANCE, 400],
    ['GET', `${INSTANCE}/last_operation`, 404],
    ['GET', `${BINDING}/last_operation`, 404],
    ['DELETE', `${BINDING}${query('sync')}`, 410],
  ])('%s %s is answered %i with a JSON object', async (method, path, status) => {
    expect(await call(method, path)).toMatchObject({ status, json: { description: expect.any(String) } });
  });

  test('with the version of other maintenance is answered with MaintenanceInfoConflict', async () => {
    const body = (version: string): string =>
      provisionBody('maintenance', '{}', `,"maintenance_info":{"version":"${version}"}`);
    expect(await call('PUT', INSTANCE, body('2.1.1'))).toMatchObject({
      status: 422,
      json: { error: 'MaintenanceInfoConflict' },
    });
    expect((await call('PUT', INSTANCE, body('2.1.1+abcdef'))).status).toBe(201);
    expect((await call('GET', INSTANCE)).json).toMatchObject({ maintenance_info: { version: '2.1.1+abcdef' } });
  });
});

describe('plans', () => {
  test('that are not updateable keep their plan, updateable ones change it', async () => {
    const change = (plan: string): Promise<Reply> =>
      call('PATCH', INSTANCE, `{"service_id":"simulator-service","plan_id":"simulator-${plan}"}`);
    await provision('updateable');
    expect((await change('sync')).status).toBe(200);
    expect((await call('GET', INSTANCE)).json).toMatchObject({ plan_id: 'simulator-sync' });
    expect((await change('updateable')).status).toBe(422);
  });

  test('a flaky one does what it is told, fails, and is at peace with the request sent again', async () => {
    expect((await provision('flaky')).status).toBe(500);
    expect(broker.simulator.ledger.inventory.instances()).toHaveLength(1);
    expect((await provision('flaky')).status).toBe(201);
    expect(broker.simulator.ledger.inventory.instances()).toHaveLength(1);
    expect((await bind('flaky')).status).toBe(500);
    expect((await bind('flaky')).status).toBe(201);
    expect((await deprovision('flaky')).status).toBe(500);
    expect((await deprovision('flaky')).status).toBe(410);
  });

  test('a rotatable one makes a binding out of its predecessor alone', async () => {
    await provision('rotatable');
    await bind('rotatable', '{"role":"reader"}');
    const rotate = (predecessor: string): Promise<Reply> =>
      call('PUT', `${INSTANCE}/service_bindings/b-2`, `{"predecessor_binding_id":"${predecessor}"}`);
    expect((await rotate('b-0')).status).toBe(400);
    expect((await rotate('b-1')).status).toBe(201);
    expect((await call('GET', `${INSTANCE}/service_bindings/b-2`)).json).toMatchObject({
      parameters: { role: 'reader' },
    });
  });

  test('one that is not bindable refuses a bind', async () => {
    await provision('not-bindable');
    expect((await bind('not-bindable')).status).toBe(400);
    expect((await call('DELETE', BINDING + query('not-bindable'))).status).toBe(410);
  });
});

describe('the catalog', () => {
  test('is not sent again to who has it', async () => {
    const first = await call('GET', '/v2/catalog');
    expect(first).toMatchObject({ status: 200, json: { services: [{ name: 'simulator' }] } });
    const etag = String(first.headers.get('etag'));
    expect(await call('GET', '/v2/catalog', undefined, { 'if-none-match': etag })).toMatchObject({
      status: 304,
      text: '',
    });
    expect((await call('GET', '/v2/catalog', undefined, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('has unique ids and names, also with offerings more, and each of them can be used', async () => {
    const many = await startSimulatedBroker({}, createSimulator({ serviceName: 'legacy', extraOfferings: 20 }));
    const { services } = (await many.call('GET', '/v2/catalog')).json as {
      services: Array<{ id: string; name: string; plans: Array<{ id: string }> }>;
    };
    const ids = services.flatMap(({ id, plans }) => [id, ...plans.map((plan) => plan.id)]);
    expect(services).toHaveLength(21);
    expect(new Set(ids).size).toBe(ids.length);
    const last = services.at(-1);
    const owner = { organization_guid: 'o', space_guid: 's' };
    const body = { service_id: last?.id, plan_id: last?.plans[0]?.id, ...owner };
    expect((await many.call('PUT', INSTANCE, JSON.stringify(body))).status).toBe(201);
    await many.close();
  });
});

describe('a request while another is being carried out', () => {
  test('of the same instance is answered with ConcurrencyError', async () => {
    const slow = '{"simulate":{"hang":true,"times":1}}';
    const first = provision('sync', slow).catch(() => 'closed');
    while (broker.simulator.ledger.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await provision('sync', slow)).toMatchObject({ status: 422, json: { error: 'ConcurrencyError' } });
    expect((await provision('sync')).status).toBe(409);
    expect(await bind('sync')).toMatchObject({ status: 422, json: { error: 'ConcurrencyError' } });
    expect(await deprovision('sync')).toMatchObject({ status: 422, json: { error: 'ConcurrencyError' } });
    expect(broker.simulator.ledger.calls).toHaveLength(1);
    await broker.close();
    expect(await first).toBe('closed');
  });

  test('of a binding keeps its instance from being deprovisioned', async () => {
    await provision('async-bind');
    await call(
      'PUT',
      `${BINDING}?accepts_incomplete=true`,
      bindBody('async-bind', '{"simulate":{"async":{"polls":9}}}'),
    );
    expect(await deprovision('async-bind')).toMatchObject({ status: 422, json: { error: 'ConcurrencyError' } });
    await end(`${BINDING}/last_operation`);
    expect((await deprovision('async-bind')).status).toBe(200);
    expect((await call('DELETE', BINDING + query('async-bind'))).status).toBe(410);
  });

  test('of a binding whose end nobody asked for does not keep its instance for ever', async () => {
    await provision('async-bind');
    await call('PUT', `${BINDING}?accepts_incomplete=true`, bindBody('async-bind'));
    let answer = await deprovision('async-bind');
    while (answer.status === 422) answer = await deprovision('async-bind');
    expect(answer.status).toBe(200);
  });
});
