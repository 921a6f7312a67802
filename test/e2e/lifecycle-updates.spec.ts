import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { HELD, SIMULATORS, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let id: string;
beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
});
beforeEach(() => {
  id = randomUUID();
});
afterAll(() => gateway.stop());

const outcome = ({ status, body }: Answer): unknown[] => [status, body['error']];

describe.each(SIMULATORS)('with a simulator %s', (where, start) => {
  let simulator: SimulatorUnderTest;
  beforeAll(async () => {
    simulator = await start(gateway, where.replaceAll(' ', '-'));
  });
  afterAll(() => simulator.close());

  const planId = (name: string): string => simulator.plan(name).planId;
  const update = (more: Record<string, unknown>): Promise<Answer> => osb.update(id, simulator.plan('sync').serviceId, more);
  const told = async () => (await osb.fetch(id)).body;
  const create = (planName: string, more: Record<string, unknown> = {}) => osb.provision(id, simulator.plan(planName), more);

  test('an update that names nothing changes nothing (UPD 284, 291, 292)', async () => {
    await create('updateable', { parameters: { a: 1 } });
    const before = await told();
    for (const nothing of [{}, { plan_id: null, parameters: null, context: null }, { plan_id: planId('updateable') }]) {
      expect([(await update(nothing)).status, await told()]).toEqual([200, before]);
    }
  });

  test('the plan changes where the current one allows it, and the parameters stay (UPD 292, 296)', async () => {
    await create('updateable', { parameters: { a: 1 } });
    expect((await update({ plan_id: planId('sync') })).status).toBe(200);
    expect(await told()).toMatchObject({ plan_id: planId('sync'), parameters: { a: 1 } });
    expect((await osb.bind(id, 'b', simulator.plan('updateable'))).status).toBe(400);
    expect((await osb.bind(id, 'b', simulator.plan('sync'))).status).toBe(201);
    expect((await osb.deprovision(id, simulator.plan('updateable'))).status).toBe(200);
  });

  test('the plan stays where the current one does not allow it; the backend is not even asked (UPD 297)', async () => {
    await create('sync');
    const refused = await update({ plan_id: planId('updateable') });
    expect([...outcome(refused), refused.body['update_repeatable']]).toEqual([422, 'UpdateNotSupported', false]);
    expect([(await told())['plan_id'], simulator.verbs(id)]).toEqual([planId('sync'), ['provision']]);
  });

  test('parameters change where the plan may not, also when the plan is named (UPD 300, 301)', async () => {
    await create('sync', { parameters: { a: 1 } });
    expect((await update({ plan_id: planId('sync'), parameters: { a: 2 } })).status).toBe(200);
    expect((await told())['parameters']).toEqual({ a: 2 });
  });

  test('a new context reaches the backend; a bind goes with its own or none (UPD 302, G110)', async () => {
    const [old, renamed] = [{ platform: 'cloudfoundry', instance_name: 'old' }, { platform: 'cloudfoundry', instance_name: 'new' }];
    await create('sync', { context: old });
    await osb.bind(id, 'before', simulator.plan('sync'));
    expect((await update({ context: renamed })).status).toBe(200);
    await osb.bind(id, 'after', simulator.plan('sync'));
    const contexts = simulator.changes(id).map(({ context }) => context && JSON.parse(context));
    expect(contexts).toEqual([old, undefined, renamed, undefined]);
  });

  test.each([
    ['null members', { plan_id: null, service_id: null, maintenance_info: null }],
    ['values that were never true', { plan_id: 'other', organization_id: 7, space_id: [], maintenance_info: { version: 1 } }],
    ['nothing', {}],
  ])('previous_values with %s decide nothing (UPD 307, 308)', async (_what, previous_values) => {
    await create('sync');
    expect((await update({ previous_values, parameters: { a: 2 } })).status).toBe(200);
    expect((await told())['parameters']).toEqual({ a: 2 });
  });

  test('a new dashboard is told with the answer, and kept where an update brings none (UPD 312)', async () => {
    const dashboard = 'https://new.example/dashboard';
    await create('sync');
    const first = (await told())['dashboard_url'];
    const parameters = { simulate: { answer: { dashboardUrl: dashboard } } };
    const moved = await update({ parameters });
    expect([moved.status, moved.body['dashboard_url']]).toEqual([200, dashboard]);
    expect([first === dashboard, (await update({})).status]).toEqual([false, 200]);
  });

  test('an asynchronous change of plan shows the old plan until it has ended (UPD 285, LOI 188, 189)', async () => {
    await create('updateable');
    const accepts = { acceptsIncomplete: true };
    const parameters = { simulate: HELD };
    const { body } = await osb.update(id, simulator.plan('sync').serviceId, { plan_id: planId('sync'), parameters }, accepts);
    for (const plan_id of [planId('updateable'), planId('sync'), 'nobodys']) {
      const query = { operation: body['operation'], service_id: 'nobodys', plan_id };
      expect((await osb.http.request('GET', `/v2/service_instances/${id}/last_operation`, { query })).status).toBe(200);
    }
    expect((await osb.fetch(id)).status).toBe(422);
    simulator.finish(id);
    await osb.ended(id, body['operation']);
    expect((await told())['plan_id']).toBe(planId('sync'));
  });

  test.each([
    ['the same version', { version: '2.1.1+abcdef' }, 201],
    ['the same version and more', { version: '2.1.1+abcdef', description: 'x', foo: 1 }, 201],
    ['no version (PRV 251)', {}, 201],
    ['nothing', null, 201],
    ['another version', { version: '2.1.2' }, 422],
    ['other build metadata (PRV 249)', { version: '2.1.1+other' }, 422],
    ['no build metadata', { version: '2.1.1' }, 422],
    ['what is no version at all (PRV 253)', { version: 'Invalid' }, 422],
  ])('a create with maintenance_info of %s is answered %s (PRV 246-254)', async (_what, maintenance_info, status) => {
    const made = await create('maintenance', { maintenance_info });
    expect(outcome(made)).toEqual([status, status === 422 ? 'MaintenanceInfoConflict' : undefined]);
    const { body } = await osb.fetch(id);
    expect(body['maintenance_info']).toEqual(status === 422 ? undefined : { version: '2.1.1+abcdef' });
    expect((await osb.deprovision(id, simulator.plan('maintenance'))).status).toBe(status === 422 ? 410 : 200);
  });

  test('maintenance is done by an update to the version of the plan, and of no other (UPD 304-306, PRV 250)', async () => {
    await create('updateable');
    const conflict = [422, 'MaintenanceInfoConflict'];
    const maintenance_info = { version: '2.1.1+abcdef' };
    expect(outcome(await update({ maintenance_info }))).toEqual(conflict);
    expect(outcome(await update({ plan_id: planId('maintenance'), maintenance_info: { version: '1.0.0' } }))).toEqual(conflict);
    expect(await told()).not.toHaveProperty('maintenance_info');
    expect((await update({ plan_id: planId('maintenance'), maintenance_info })).status).toBe(200);
    expect(await told()).toMatchObject({ plan_id: planId('maintenance'), maintenance_info });
    expect((await update({ maintenance_info })).status).toBe(200);
    expect(simulator.verbs(id)).toEqual(['provision', 'update', 'update']);
  });
});
