import { ChangeBackend } from '#core';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient } from '../support/osb-client.js';
import { eventually } from './eventually.js';
import { HELD, simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let simulator: SimulatorUnderTest;

const answer = ({ status, body }: { status: number; body: { readonly error?: string } }) => [status, body.error];

describe('where the operator turned waiting off for a plan, a platform that does not accept incomplete operations', () => {
  const asyncRequired = [422, 'AsyncRequired'];
  beforeAll(async () => {
    gateway = await TestGateway.start();
    osb = gateway.osb();
    simulator = await simulatorInGateway(gateway, 'simulator');
    await osb.provision('i', simulator.plan('async'), { parameters: { a: 1 } });
    await osb.bind('i', 'b', simulator.plan('async'));
    const planPolicies = { [simulator.plan('async').planId]: { bridgeSync: false } };
    await gateway.gateway.app.get(ChangeBackend).execute({ name: 'test' }, simulator.backend, 'change', { planPolicies });
    simulator.ledger.calls.length = 0;
  });
  afterAll(() => gateway.stop());
  afterEach(() => expect(simulator.ledger.calls.filter(({ verb }) => verb !== 'fetchInstance')).toEqual([]));

  test('may not create, and nothing is made (ASY 146)', async () => {
    expect(answer(await osb.provision('new', simulator.plan('async')))).toEqual(asyncRequired);
    expect((await osb.fetch('new')).status).toBe(404);
    expect((await osb.deprovision('new', simulator.plan('async'))).status).toBe(410);
  });

  test('may not update, and nothing changes (ASY 147)', async () => {
    const { serviceId } = simulator.plan('async');
    expect(answer(await osb.update('i', serviceId, { parameters: { a: 2 } }))).toEqual(asyncRequired);
    expect((await osb.fetch('i')).body['parameters']).toEqual({ a: 1 });
  });

  test('may not delete, and the instance stays (ASY 148)', async () => {
    expect(answer(await osb.deprovision('i', simulator.plan('async')))).toEqual(asyncRequired);
    expect((await osb.fetch('i')).status).toBe(200);
  });

  test('may not bind, and nothing is made (ASY 149)', async () => {
    expect(answer(await osb.bind('i', 'new', simulator.plan('async')))).toEqual(asyncRequired);
    expect((await osb.fetchBinding('i', 'new')).status).toBe(404);
  });

  test('may not unbind, and the binding stays (ASY 150)', async () => {
    expect(answer(await osb.unbind('i', 'b', simulator.plan('async')))).toEqual(asyncRequired);
    expect((await osb.fetchBinding('i', 'b')).status).toBe(200);
  });

  test.each(['false', 'TRUE', '1', 'yes', ''])('does not accept them by accepts_incomplete=%s (ASY 151, 152)', async (word) => {
    const query = { accepts_incomplete: word };
    expect(answer(await osb.provision('new', simulator.plan('async'), {}, { query }))).toEqual(asyncRequired);
  });

  test('does not accept them by a member of the body (ASY 160)', async () => {
    expect(answer(await osb.provision('new', simulator.plan('async'), { accepts_incomplete: true }))).toEqual(asyncRequired);
  });

  test('is told first what is wrong with the request (ASY 159)', async () => {
    expect(answer(await osb.provision('new', simulator.plan('async'), { space_guid: 7 }))).toEqual([400, 'BadRequest']);
  });

  test('may send again what is complete: there is nothing to wait for', async () => {
    expect((await osb.provision('i', simulator.plan('async'), { parameters: { a: 1 } })).status).toBe(200);
    expect((await osb.bind('i', 'b', simulator.plan('async'))).status).toBe(200);
  });
});

describe('a platform that waits longer than it can', () => {
  beforeAll(async () => {
    gateway = await TestGateway.start({ timings: { budgetMs: 600, callMs: 1_000 } });
    osb = gateway.osb();
    simulator = await simulatorInGateway(gateway, 'simulator');
  });
  afterAll(() => gateway.stop());

  const isDeleted = async (id: string) => {
    const send = () => osb.deprovision(id, simulator.plan('sync'), { acceptsIncomplete: true });
    await eventually(send, ({ status }) => status === 410);
  };

  test.each([
    ['that never ends', { async: { outcome: 'never' } }],
    ['whose backend never answers', { hang: true, times: 1 }],
    ['whose backend has made it, but never answers', { hang: true, times: 1, afterActing: true }],
  ])('gets 504 for a create %s; what was made is removed, and the id is fresh', async (id, provision) => {
    const parameters = { simulate: { provision } };
    expect(answer(await osb.provision(id, simulator.plan('sync'), { parameters }))).toEqual([504, 'Timeout']);
    expect((await osb.fetch(id)).status).toBe(404);
    await isDeleted(id);
    expect(simulator.exists(id)).toBe(false);
    expect((await osb.provision(id, simulator.plan('sync'))).status).toBe(201);
  });

  test('gets 504 for a create that the backend carries out late: that is removed too', async () => {
    const parameters = { simulate: { provision: { delayMs: 1_500, times: 1 } } };
    expect(answer(await osb.provision('late', simulator.plan('sync'), { parameters }))).toEqual([504, 'Timeout']);
    await eventually(() => simulator.changes('late')[0]?.outcome, (outcome) => outcome !== 'running');
    await eventually(() => simulator.exists('late'), (exists) => !exists);
    await isDeleted('late');
  });

  test('gets 504 for a bind that takes too long; what was made is removed, and the id is fresh', async () => {
    const plan = simulator.plan('sync');
    const parameters = { simulate: HELD };
    await osb.provision('bound', plan);
    expect(answer(await osb.bind('bound', 'b', plan, { parameters }))).toEqual([504, 'Timeout']);
    expect((await osb.fetchBinding('bound', 'b')).status).toBe(404);
    simulator.finish('bound');
    await eventually(() => osb.unbind('bound', 'b', plan, { acceptsIncomplete: true }), ({ status }) => status === 410);
    expect(simulator.ledger.inventory.binding('bound', 'b')).toBeUndefined();
    expect((await osb.bind('bound', 'b', plan)).status).toBe(201);
  });

  test('gets 504 for an update, which goes on to its end: nothing is deleted', async () => {
    const { serviceId } = simulator.plan('sync');
    await osb.provision('updated', simulator.plan('sync'));
    const parameters = { a: 2, simulate: HELD };
    expect(answer(await osb.update('updated', serviceId, { parameters }))).toEqual([504, 'Timeout']);
    expect(answer(await osb.fetch('updated'))).toEqual([422, 'ConcurrencyError']);
    simulator.finish('updated');
    const after = await eventually(() => osb.fetch('updated'), ({ status }) => status === 200);
    expect(after.body['parameters']).toEqual(parameters);
  });

  test('gets 504 for a delete, which goes on to its end: the next one gets 410', async () => {
    const parameters = { simulate: { deprovision: HELD } };
    await osb.provision('deleted', simulator.plan('sync'), { parameters });
    expect(answer(await osb.deprovision('deleted', simulator.plan('sync')))).toEqual([504, 'Timeout']);
    simulator.finish('deleted');
    await isDeleted('deleted');
    expect(simulator.verbs('deleted')).toEqual(['provision', 'deprovision']);
  });
});
