import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { HELD, SIMULATORS, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let id: string;
beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
});
afterAll(() => gateway.stop());

const outcome = ({ status, body }: Answer): unknown[] => [status, body['error']];

describe.each(SIMULATORS)('with a simulator %s', (where, start) => {
  let simulator: SimulatorUnderTest;
  let plan: PlanIds;
  let first: Answer;
  beforeAll(async () => {
    simulator = await start(gateway, where.replaceAll(' ', '-'));
    plan = simulator.plan('rotatable');
  });
  beforeEach(async () => {
    id = randomUUID();
    await osb.provision(id, plan);
    first = await osb.bind(id, 'first', plan);
  });
  afterAll(() => simulator.close());

  /** The body of the spec's table: nothing but the predecessor. */
  const rotate = (from: string, to: string, more: Record<string, unknown> = {}, query: Record<string, string> = {}): Promise<Answer> =>
    osb.http.request('PUT', `/v2/service_instances/${id}/service_bindings/${to}`, { body: { predecessor_binding_id: from, ...more }, query });

  test.each([
    ['names its predecessor only (ROT 366)', {}],
    ['names service and plan as well (ROT 367)', { both: true }],
  ])('a rotation that %s gives a second binding with credentials of its own', async (_what, { both }: { both?: boolean }) => {
    const second = await rotate('first', 'second', both ? { service_id: plan.serviceId, plan_id: plan.planId } : {});
    expect([second.status, second.body['credentials']]).toEqual([201, expect.not.objectContaining(first.body['credentials'])]);
    const fetched = [await osb.fetchBinding(id, 'first'), await osb.fetchBinding(id, 'second')];
    expect(fetched.map(({ body }) => body['credentials'])).toEqual([first, second].map(({ body }) => body['credentials']));
  });

  test('either of the two can be unbound without the other (ROT 369), and the chain goes on (ROT 380)', async () => {
    await rotate('first', 'second');
    expect((await osb.unbind(id, 'first', plan)).status).toBe(200);
    expect((await rotate('second', 'third')).status).toBe(201);
    expect((await osb.unbind(id, 'third', plan)).status).toBe(200);
    expect([(await osb.fetchBinding(id, 'second')).status, (await osb.fetchBinding(id, 'first')).status]).toEqual([200, 404]);
  });

  test('a rotation that names no parameters takes those of its predecessor, one that does takes its own (ROT 370)', async () => {
    const [before, other] = [{ role: 'reader', size: 1 }, { role: 'writer' }];
    await osb.bind(id, 'with', plan, { parameters: before });
    await rotate('with', 'second');
    await rotate('second', 'third', { parameters: {} });
    await rotate('third', 'fourth', { parameters: other });
    const told = await Promise.all(['second', 'third', 'fourth'].map((binding) => osb.fetchBinding(id, binding)));
    expect(told.map(({ body }) => body['parameters'])).toEqual([before, before, other]);
    const sent = simulator.changes(id).filter(({ verb }) => verb === 'bind').slice(-3);
    expect(sent.map(({ parameters }) => JSON.parse(parameters ?? '{}'))).toEqual([before, before, other]);
    expect((await rotate('with', 'second')).status).toBe(200);
    expect((await rotate('third', 'fourth', { parameters: before })).status).toBe(409);
  });

  test('a rotation sent again is the same binding; with another predecessor it is in conflict (ROT 377, 378)', async () => {
    const second = await rotate('first', 'second');
    const again = await rotate('first', 'second');
    expect([again.status, again.body['credentials']]).toEqual([200, second.body['credentials']]);
    await osb.bind(id, 'other', plan);
    expect((await rotate('other', 'second')).status).toBe(409);
    expect((await osb.bind(id, 'second', plan)).status).toBe(409);
    expect(simulator.verbs(id).filter((verb) => verb === 'bind')).toHaveLength(3);
  });

  test('the successor can be asked for again after its predecessor is gone', async () => {
    const second = await rotate('first', 'second');
    await osb.unbind(id, 'first', plan);
    const again = await rotate('first', 'second');
    expect([again.status, again.body['credentials']]).toEqual([200, second.body['credentials']]);
  });

  test.each([
    ['nobody', 'nobody', 'second'],
    ['itself (ROT 376)', 'second', 'second'],
    ['a binding of another instance (ROT 372)', 'foreign', 'second'],
  ])('a predecessor that is %s is refused, and nothing is made (ROT 371)', async (_what, from, to) => {
    const other = randomUUID();
    await osb.provision(other, plan);
    await osb.bind(other, 'foreign', plan);
    expect(outcome(await rotate(from, to))).toEqual([400, 'BadRequest']);
    expect((await osb.fetchBinding(id, to)).status).toBe(404);
    expect(simulator.verbs(id)).toEqual(['provision', 'bind']);
  });

  test('an expired predecessor is refused (ROT 373)', async () => {
    const answer = { metadata: { expires_at: '2020-01-01T00:00:00.0Z' } };
    await osb.bind(id, 'expired', plan, { parameters: { simulate: { answer } } });
    expect(outcome(await rotate('expired', 'second'))).toEqual([400, 'BadRequest']);
  });

  test('a predecessor that is being made or removed is busy (ROT 374)', async () => {
    const slowly = { simulate: { ...HELD, unbind: HELD } };
    await osb.bind(id, 'b', plan, { parameters: slowly }, { acceptsIncomplete: true });
    expect(outcome(await rotate('b', 'second'))).toEqual([422, 'ConcurrencyError']);
    simulator.finish(id);
    await osb.ended(id, undefined, 'b');
    await osb.unbind(id, 'b', plan, { acceptsIncomplete: true });
    expect(outcome(await rotate('b', 'second'))).toEqual([422, 'ConcurrencyError']);
  });

  test('bindings of a plan that does not offer it are not rotated: an older broker would make a plain one (ROT 375, G41)', async () => {
    const other = randomUUID();
    await osb.provision(other, simulator.plan('sync'));
    await osb.bind(other, 'first', simulator.plan('sync'));
    const refused = await osb.bind(other, 'second', simulator.plan('sync'), { predecessor_binding_id: 'first' });
    expect(outcome(refused)).toEqual([400, 'BadRequest']);
    expect(simulator.verbs(other)).toEqual(['provision', 'bind']);
  });
});
