import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { FORWARD } from '../faults/proxies/fate.js';
import { PostgresProxy } from '../faults/proxies/postgres-proxy.js';
import { TestGateway } from '../support/gateway.js';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import type { Answer } from '../support/http-client.js';
import { OsbClient } from '../support/osb-client.js';
import { createDatabase, query, type TestDatabase } from '../support/postgres.js';
import { eventually } from './eventually.js';
import { HELD, simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let database: TestDatabase;
let proxy: PostgresProxy;
let gateway: TestGateway;
let osb: OsbClient;
let simulator: SimulatorUnderTest;
let id: string;
beforeAll(async () => {
  database = await createDatabase(GATEWAY_TEMPLATE);
  proxy = await PostgresProxy.start(database.url);
  gateway = await TestGateway.start({ database: { ...database, url: proxy.url } });
  osb = gateway.osb();
  simulator = await simulatorInGateway(gateway, 'simulator');
});
beforeEach(async () => {
  id = randomUUID();
  expect((await osb.provision(id, simulator.plan('updateable'), { parameters: { a: 1 } })).status).toBe(201);
});
afterAll(async () => {
  await gateway.stop();
  await proxy.close();
  await database.drop();
});

const planId = (name: string): string => simulator.plan(name).planId;
const update = (more: Record<string, unknown>): Promise<Answer> => osb.update(id, simulator.plan('sync').serviceId, more);
const outcome = ({ status, body }: Answer): unknown[] => [status, body['error']];
const told = async (): Promise<unknown> => (await osb.fetch(id)).body;

/** The answer to a request that has been checked, and gets to lock its instance only when these others are answered. */
async function overtaken(late: () => Promise<Answer>, ...others: (() => Promise<Answer>)[]): Promise<Answer> {
  const { promise: until, resolve: letGo } = Promise.withResolvers<void>();
  let isHeld = false;
  proxy.fateOf = ({ statement }) => {
    if (isHeld || statement !== 'lock-instance') return FORWARD;
    isHeld = true;
    return { kind: 'hold', until };
  };
  const answer = late();
  await eventually(() => isHeld, (held) => held);
  for (const other of others) expect((await other()).status).toBeLessThan(300);
  letGo();
  return answer;
}

test('a bind whose client hung up while it waited is not made after the unbind that was sent since', async () => {
  const { promise: until, resolve: letGo } = Promise.withResolvers<void>();
  let isHeld = false;
  proxy.fateOf = ({ statement }) => {
    if (isHeld || statement !== 'lock-instance') return FORWARD;
    isHeld = true;
    return { kind: 'hold', until };
  };
  const [hangUp, impatient] = [new AbortController(), new OsbClient(gateway.url, 'platform', 'platform-password')];
  const connected = once(gateway.gateway.app.getHttpServer(), 'connection') as Promise<[Socket]>;
  const lost = impatient.bind(id, 'b', simulator.plan('updateable'), {}, { signal: hangUp.signal }).catch((error: unknown) => error);
  const [socket] = await connected;
  await eventually(() => isHeld, (held) => held);
  const noticed = once(socket, 'close');
  hangUp.abort();
  await Promise.all([lost, noticed, impatient.close()]);
  expect((await osb.unbind(id, 'b', simulator.plan('updateable'))).status).toBe(410);
  letGo();
  // Gets the lock after the one that was held.
  expect((await osb.bind(id, 'other', simulator.plan('updateable'))).status).toBe(201);
  const sql = `select b.binding_id from service_binding b join service_instance i on i.incarnation = b.instance_incarnation where i.instance_id = $1`;
  expect(await query(database.url, sql, [id])).toEqual([{ binding_id: 'other' }]);
});

test('an update of parameters alone leaves the plan another update has just given the instance', async () => {
  const late = await overtaken(() => update({ parameters: { b: 2 } }), () => update({ plan_id: planId('sync') }));
  expect(late.status).toBe(200);
  expect(await told()).toMatchObject({ plan_id: planId('sync'), parameters: { b: 2 } });
});

test('an update to a plan is refused when the plan has meanwhile become one that does not allow it (UPD 297)', async () => {
  const late = await overtaken(() => update({ plan_id: planId('async') }), () => update({ plan_id: planId('sync') }));
  expect(outcome(late)).toEqual([422, 'UpdateNotSupported']);
  expect(simulator.verbs(id)).toEqual(['provision', 'update']);
});

test('a bind that names the plan before is refused when the instance has got another one (BND 330)', async () => {
  const late = await overtaken(() => osb.bind(id, 'b', simulator.plan('updateable')), () => update({ plan_id: planId('not-bindable') }));
  expect(outcome(late)).toEqual([400, 'BadRequest']);
  expect(simulator.verbs(id)).toEqual(['provision', 'update']);
});

describe('when the id has been deleted and given to an instance of another plan', () => {
  const replaced = [
    () => osb.deprovision(id, simulator.plan('updateable')),
    () => osb.provision(id, simulator.plan('sync'), { parameters: { new: true } }),
  ];

  test('an update is checked against that', async () => {
    const late = await overtaken(() => update({ plan_id: planId('async'), parameters: { b: 2 } }), ...replaced);
    expect(outcome(late)).toEqual([422, 'UpdateNotSupported']);
    expect(simulator.verbs(id)).toEqual(['provision', 'deprovision', 'provision']);
  });

  test('a bind is too', async () => {
    expect(outcome(await overtaken(() => osb.bind(id, 'b', simulator.plan('updateable')), ...replaced))).toEqual([400, 'BadRequest']);
    expect(simulator.verbs(id)).toEqual(['provision', 'deprovision', 'provision']);
  });
});

describe('when another bind of its id has been accepted and failed', () => {
  const bind = (simulate = {}) => osb.bind(id, 'b', simulator.plan('updateable'), { parameters: { simulate } }, { acceptsIncomplete: true });
  const left = `select b.state from service_binding b join service_instance i on i.incarnation = b.instance_incarnation where i.instance_id = $1`;

  /** One that fails, and is undone as this says. */
  const failing = (unbind: object, state: string) => async (): Promise<Answer> => {
    const accepted = await bind({ async: { durationMs: 0, outcome: 'failed' }, unbind });
    await eventually(() => query<{ state: string }>(database.url, left, [id]), ([first]) => first?.state === state);
    return accepted;
  };

  test('a bind that is made after all is the answer to those that are sent again', async () => {
    expect((await overtaken(bind, failing({}, 'deleted'))).status).toBe(201);
    expect((await bind()).status).toBe(200);
  });

  test('a bind is told of that while it is being undone', async () => {
    const late = await overtaken(bind, failing(HELD, 'failed'));
    expect(late.status).toBe(202);
    expect((await osb.lastBindingOperation(id, 'b', late.body['operation'])).body['state']).toBe('failed');
  });
});
