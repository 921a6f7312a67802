import { AdminClient } from '../../support/admin-client.js';
import { eventually } from '../../e2e/eventually.js';
import { HELD, type SimulatorUnderTest } from '../../e2e/simulators.js';
import type { InstanceRow } from './database.js';
import { startFoundation, type FoundationLandscape } from './landscape.js';

let landscape: FoundationLandscape;
let admin: AdminClient;
beforeAll(async () => {
  landscape = await startFoundation();
  admin = await AdminClient.of(landscape.gateway.admin());
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const row = (name: string): InstanceRow => landscape.platform.database.instance(name);
const orphansOf = (guid: string): unknown[] => landscape.platform.database.orphanJobs.filter((job) => job.guid === guid);
const stateOf = async (guid: string): Promise<unknown> => (await admin.get('/instances', { instanceId: guid })).body.items[0]?.state;

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const simulator = (): SimulatorUnderTest => (offering === 'remote' ? landscape.remote : landscape.simulator);
  const seen = (guid: string, verb: string) => eventually(() => simulator().verbs(guid), (verbs) => verbs.includes(verb));

  test('a worker that dies in a create leaves a failed one, and the clean-up job deletes what came of it', async () => {
    const { platform: cf } = landscape;
    void cf.createService(offering, 'sync', 'db', { simulate: { delayMs: 50 } });
    const { guid } = row('db');
    await seen(guid, 'provision');
    cf.workerDies();
    await eventually(() => row('db').lastOperation, ({ state }) => state === 'failed');
    expect(row('db').lastOperation.description).toBe('The operation was interrupted.');
    await eventually(() => orphansOf(guid), (jobs) => jobs.length === 1);
    await cf.idle();
    expect(orphansOf(guid)).toMatchObject([{ ended: 'removed' }]);
    await seen(guid, 'deprovision');
    await eventually(() => simulator().exists(guid), (exists) => !exists);
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('a worker that dies while it polls leaves a create that nobody finishes, until it has failed and is deleted', async () => {
    const { platform: cf } = landscape;
    void cf.createService(offering, 'async', 'db', { simulate: HELD });
    await eventually(() => row('db').lastOperation.state, (state) => state === 'in progress');
    const { guid } = row('db');
    cf.workerDies();
    await eventually(() => row('db').lastOperation, ({ state }) => state === 'failed');
    await cf.idle();
    simulator().finish(guid);
    await seen(guid, 'deprovision');
    await eventually(() => simulator().exists(guid), (exists) => !exists);
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('a worker that dies in a bind leaves a failed one, and the clean-up job removes the login', async () => {
    const { platform: cf } = landscape;
    await cf.createService(offering, 'sync', 'db');
    const { guid } = row('db');
    void cf.bind('db', 'key', 'key', { parameters: { simulate: { delayMs: 50 } } });
    await seen(guid, 'bind');
    cf.workerDies();
    await eventually(() => cf.binding('db', 'key').lastOperation, ({ state }) => state === 'failed');
    await cf.idle();
    await seen(guid, 'unbind');
    await eventually(() => simulator().ledger.inventory.instance(guid)?.bindings.length, (left) => left === 0);
    expect(await cf.unbind(cf.binding('db', 'key'))).toBe('deleted');
    expect(await cf.deleteService('db')).toBe('deleted');
  });

  test('nothing but a deletion is let through while a create goes on, and that ends it', async () => {
    const { platform: cf } = landscape;
    const create = cf.createService(offering, 'async', 'db', { simulate: HELD });
    await eventually(() => row('db').lastOperation.state, (state) => state === 'in progress');
    const { guid } = row('db');
    await expect(cf.updateService('db', { parameters: { size: 2 } })).rejects.toThrow('in progress');
    await expect(cf.bind('db', 'app', 'web')).rejects.toThrow('in progress');
    const deletion = cf.deleteService('db');
    await expect(cf.deleteService('db')).rejects.toThrow('in progress');
    await eventually(() => stateOf(guid), (state) => state !== undefined);
    simulator().finish(guid);
    expect(await deletion).toBe('deleted');
    await create;
    expect(cf.lines.filter((line) => line.includes(`${guid}?`)).map((line) => line.replace(/ \S+ /, ' '))).toEqual(['PUT 202', 'DELETE 202']);
    expect(simulator().verbs(guid)).toEqual(['provision', 'deprovision']);
  });

  test('an instance that was purged stays in the list of the operator, who deletes it as the guide says', async () => {
    const { platform: cf, gateway, login } = landscape;
    await cf.createService(offering, 'sync', 'db');
    await cf.bind('db', 'app', 'web');
    const { guid, planId } = row('db');
    const { offeringId } = cf.database.plan(planId);
    cf.purgeServiceInstance('db');
    expect(cf.leftovers()).toEqual([]);
    expect([await stateOf(guid), simulator().exists(guid)]).toEqual(['ready', true]);
    const osb = gateway.osb(login);
    const { status } = await osb.deprovision(guid, { serviceId: offeringId, planId });
    expect(status).toBe(200);
    await eventually(() => simulator().exists(guid), (exists) => !exists);
    expect(await stateOf(guid)).not.toBe('ready');
  });
});

test('an instance that was purged while its create went on is finished without anybody who asks, and can be deleted', async () => {
  const { platform: cf, gateway, login, simulator } = landscape;
  const create = cf.createService('simulator', 'async', 'db', { simulate: HELD });
  await eventually(() => row('db').lastOperation.state, (state) => state === 'in progress');
  const { guid, planId } = row('db');
  const { offeringId } = cf.database.plan(planId);
  cf.purgeServiceInstance('db');
  await create;
  simulator.finish(guid);
  await eventually(() => stateOf(guid), (state) => state === 'ready');
  expect((await gateway.osb(login).deprovision(guid, { serviceId: offeringId, planId })).status).toBe(200);
});
