import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { eventually } from './eventually.js';
import { HELD, SIMULATORS, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
});
afterAll(() => gateway.stop());

const patient = { acceptsIncomplete: true };

describe.each(SIMULATORS)('a simulator %s', (where, start) => {
  const serviceName = where.replaceAll(' ', '-');
  let simulator: SimulatorUnderTest;
  let sync: PlanIds;
  let id: string;
  beforeAll(async () => {
    simulator = await start(gateway, serviceName);
    sync = simulator.plan('sync');
  });
  beforeEach(() => {
    id = randomUUID();
  });
  afterAll(() => simulator.close());

  const isDeleted = () => eventually(() => osb.deprovision(id, sync, patient), ({ status }) => status === 410);

  test('a create that fails later is failed for the poll, cleaned up at the backend, and its id is fresh', async () => {
    const accepted = await osb.provision(id, simulator.plan('failing'), {}, patient);
    expect(accepted.status).toBe(202);
    const { operation } = accepted.body;
    const failed = await osb.ended(id, operation);
    expect([failed.status, failed.body]).toEqual([200, { state: 'failed', description: 'The simulated quota is used up.' }]);
    expect((await osb.fetch(id)).status).toBe(404);
    await isDeleted();
    expect([simulator.verbs(id), simulator.exists(id)]).toEqual([['provision', 'deprovision'], false]);
    expect((await osb.lastOperation(id, operation)).body['state']).toBe('failed');
    expect((await osb.provision(id, sync)).status).toBe(201);
  });

  test('a create that fails later is an error for a platform that waits, and is cleaned up as well', async () => {
    const { status, body } = await osb.provision(id, simulator.plan('failing'));
    expect([status, body]).toEqual([502, { error: 'BackendFailed', description: 'The simulated quota is used up.' }]);
    await isDeleted();
    expect([simulator.verbs(id), simulator.exists(id)]).toEqual([['provision', 'deprovision'], false]);
  });

  test('a create sent again while what failed is cleaned up is told to wait, never that it exists', async () => {
    const slowly = { simulate: { async: { outcome: 'failed', durationMs: 10 }, deprovision: HELD } };
    expect((await osb.provision(id, sync, { parameters: slowly })).status).toBe(502);
    const again = await osb.provision(id, sync, { parameters: slowly });
    expect([again.status, again.body['error']]).toEqual([422, 'ConcurrencyError']);
    await eventually(() => simulator.verbs(id), (verbs) => verbs.includes('deprovision'));
    simulator.finish(id);
    await isDeleted();
    expect((await osb.provision(id, sync)).status).toBe(201);
  });

  test("the platform's own delete joins the clean-up, and can be polled to its end", async () => {
    const slowly = { simulate: { async: { outcome: 'failed', durationMs: 10 }, deprovision: HELD } };
    await osb.provision(id, sync, { parameters: slowly });
    const joined = await osb.deprovision(id, sync, patient);
    expect(joined.status).toBe(202);
    await eventually(() => simulator.verbs(id), (verbs) => verbs.includes('deprovision'));
    simulator.finish(id);
    const ended = await osb.ended(id, joined.body['operation']);
    expect([ended.status, ended.body]).toEqual([200, { state: 'succeeded' }]);
    expect(simulator.verbs(id).filter((verb) => verb === 'deprovision')).toHaveLength(1);
  });

  test('an update that is refused changes nothing, and says whether it may be repeated', async () => {
    await osb.provision(id, sync, { parameters: { a: 1 } });
    const failWith = { status: 422, error: 'NoDowngrade', description: 'Cannot shrink.', updateRepeatable: false };
    const { status, body } = await osb.update(id, sync.serviceId, { parameters: { simulate: { failWith } } });
    expect([status, body]).toMatchObject([422, { error: 'NoDowngrade', description: 'Cannot shrink.' }]);
    expect((await osb.fetch(id)).body).toMatchObject({ parameters: { a: 1 }, plan_id: sync.planId });
    expect((await osb.provision(id, sync, { parameters: { a: 1 } })).status).toBe(200);
  });

  test('an update that fails later keeps the old values, carries its flags, and can be repaired', async () => {
    await osb.provision(id, sync, { parameters: { a: 1 } });
    const async = { outcome: 'failed', durationMs: 10, description: 'Disk full.', instanceUsable: false, updateRepeatable: true };
    const accepted = await osb.update(id, sync.serviceId, { parameters: { a: 2, simulate: { async } } }, patient);
    expect(accepted.status).toBe(202);
    const failed = await osb.ended(id, accepted.body['operation']);
    const flags = { instance_usable: false, update_repeatable: true };
    expect(failed.body).toEqual({ state: 'failed', description: 'Disk full.', ...flags });
    expect((await osb.fetch(id)).body['parameters']).toEqual({ a: 1 });
    expect((await osb.update(id, sync.serviceId, { parameters: { a: 3 } })).status).toBe(200);
    expect(simulator.verbs(id)).toEqual(['provision', 'update', 'update']);
  });

  test('a delete that fails later leaves the instance, which can be deleted again', async () => {
    const deprovision = { async: { outcome: 'failed', durationMs: 10, description: 'Backup runs.', instanceUsable: true } };
    await osb.provision(id, sync, { parameters: { simulate: { deprovision } } });
    const accepted = await osb.deprovision(id, sync, patient);
    const failed = await osb.ended(id, accepted.body['operation']);
    expect(failed.body).toEqual({ state: 'failed', description: 'Backup runs.', instance_usable: true });
    expect((await osb.fetch(id)).status).toBe(200);
    expect((await osb.update(id, sync.serviceId)).status).toBe(200);
    expect((await osb.deprovision(id, sync, patient)).status).toBe(202);
  });

  test('a bind that fails later is cleaned up, and the instance lives on', async () => {
    const parameters = { simulate: { async: { outcome: 'failed', durationMs: 10, description: 'No user left.' } } };
    await osb.provision(id, sync);
    const accepted = await osb.bind(id, 'b', sync, { parameters }, patient);
    const failed = await osb.ended(id, accepted.body['operation'], 'b');
    expect(failed.body).toEqual({ state: 'failed', description: 'No user left.' });
    expect((await osb.fetchBinding(id, 'b')).status).toBe(404);
    await eventually(() => osb.unbind(id, 'b', sync, patient), ({ status }) => status === 410);
    expect(simulator.verbs(id)).toEqual(['provision', 'bind', 'unbind']);
    expect((await osb.bind(id, 'b', sync)).status).toBe(201);
  });

  test('an unbind that fails later leaves the binding, which can be unbound again', async () => {
    const unbind = { async: { outcome: 'failed', durationMs: 10, description: 'In use.' } };
    await osb.provision(id, sync);
    await osb.bind(id, 'b', sync, { parameters: { simulate: { unbind } } });
    const accepted = await osb.unbind(id, 'b', sync, patient);
    expect((await osb.ended(id, accepted.body['operation'], 'b')).body).toEqual({ state: 'failed', description: 'In use.' });
    expect((await osb.fetchBinding(id, 'b')).status).toBe(200);
    expect((await osb.unbind(id, 'b', sync, patient)).status).toBe(202);
  });
});
