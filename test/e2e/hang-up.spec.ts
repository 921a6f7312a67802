import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { onFailpoint, type Failpoint } from '#core';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import { OsbClient, type PlanIds } from '../support/osb-client.js';
import { eventually } from './eventually.js';
import { simulatorAsBroker, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let simulator: SimulatorUnderTest;
let plan: PlanIds;
let id: string;

beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
  simulator = await simulatorAsBroker(gateway, 'simulator');
  plan = simulator.plan('updateable');
});
beforeEach(() => {
  id = randomUUID();
});
afterEach(() => onFailpoint(undefined));
afterAll(async () => {
  await gateway.stop();
  await simulator.close();
});

type Request = (client: OsbClient, signal?: AbortSignal) => Promise<Answer>;

const ask = (signal?: AbortSignal) => (signal ? { signal } : {});
const provision: Request = (client, signal) => client.provision(id, plan, { parameters: { a: 1 } }, ask(signal));
const update: Request = (client, signal) => client.update(id, plan.serviceId, { parameters: { a: 2 } }, ask(signal));
const bind: Request = (client, signal) => client.bind(id, 'b', plan, { parameters: { a: 1 } }, ask(signal));
const unbind: Request = (client, signal) => client.unbind(id, 'b', plan, ask(signal));
const deprovision: Request = (client, signal) => client.deprovision(id, plan, ask(signal));

/** Where the request is when its client hangs up. */
const PLACES: readonly (readonly [string, Failpoint])[] = [
  ['before the backend was asked', 'before-backend-call'],
  ['when the backend has answered', 'after-backend-answer'],
  ['when the result is stored', 'after-result-commit'],
];

describe.each(PLACES)('a client that hangs up %s', (_where, place) => {
  test('finds its instance made: sent again, the create is answered with the same dashboard', async () => {
    const { letGo } = await hungUp(provision, place);
    const again = provision(osb);
    letGo();
    const { status, body } = await again;
    const [made] = simulator.ledger.inventory.instances().filter(({ instanceId }) => instanceId === id);
    expect([status, body]).toEqual([200, { dashboard_url: made?.answer['dashboardUrl'] }]);
    expect(await provision(osb)).toMatchObject({ status: 200, body });
    expect(simulator.verbs(id)).toEqual(['provision']);
  });

  test('finds its binding made: sent again, the bind is answered with the same credentials', async () => {
    await provision(osb);
    const { letGo } = await hungUp(bind, place);
    const again = bind(osb);
    letGo();
    const { status, body } = await again;
    const made = simulator.ledger.inventory.binding(id, 'b')?.credentials ?? '{}';
    expect([status, body]).toEqual([200, { credentials: JSON.parse(made) }]);
    expect(await bind(osb)).toMatchObject({ status: 200, body });
    expect(simulator.verbs(id)).toEqual(['provision', 'bind']);
  });

  test('finds its instance updated, and can go on', async () => {
    await provision(osb);
    const { letGo } = await hungUp(update, place);
    letGo();
    const after = await eventually(() => osb.fetch(id), ({ status }) => status === 200);
    expect(after.body['parameters']).toEqual({ a: 2 });
    expect(simulator.verbs(id)).toEqual(['provision', 'update']);
    expect((await bind(osb)).status).toBe(201);
  });

  test('finds its binding gone', async () => {
    await provision(osb);
    await bind(osb);
    const { letGo } = await hungUp(unbind, place);
    const again = unbind(osb);
    letGo();
    expect([200, 410]).toContain((await again).status);
    expect((await unbind(osb)).status).toBe(410);
    expect(simulator.verbs(id)).toEqual(['provision', 'bind', 'unbind']);
    expect(simulator.ledger.inventory.binding(id, 'b')).toBeUndefined();
  });

  test('finds its instance gone, and its id can be used again', async () => {
    await provision(osb);
    const { letGo } = await hungUp(deprovision, place);
    const again = deprovision(osb);
    letGo();
    expect([200, 410]).toContain((await again).status);
    expect((await deprovision(osb)).status).toBe(410);
    expect([simulator.verbs(id), simulator.exists(id)]).toEqual([['provision', 'deprovision'], false]);
    expect((await provision(osb)).status).toBe(201);
  });
});

test.each(PLACES.slice(0, 2))('an update sent again after its client hung up %s joins the first one', async (_where, place) => {
  await provision(osb);
  const { letGo } = await hungUp(update, place);
  const again = await osb.update(id, plan.serviceId, { parameters: { a: 2 } }, { acceptsIncomplete: true });
  letGo();
  expect(again.status).toBe(202);
  expect((await osb.ended(id, again.body['operation'])).body).toEqual({ state: 'succeeded' });
  expect(simulator.verbs(id)).toEqual(['provision', 'update']);
});

test('a create whose client hung up while the backend worked on it is followed to its end, and polled like any other', async () => {
  const parameters = { simulate: { async: { polls: 3 } } };
  const create: Request = (client, signal) => client.provision(id, plan, { parameters }, ask(signal));
  const { letGo } = await hungUp(create, 'before-poll');
  letGo();
  expect((await osb.ended(id)).body).toEqual({ state: 'succeeded' });
  expect((await create(osb)).status).toBe(200);
  expect(simulator.verbs(id)).toEqual(['provision']);
});

test('a hundred clients that hang up leave no request, no lease and no operation behind', async () => {
  const ids = Array.from({ length: 100 }, () => randomUUID());
  const impatient = client();
  const hangUp = new AbortController();
  const asked = ids.map((one) => impatient.provision(one, plan, { parameters: { simulate: { delayMs: 200 } } }, ask(hangUp.signal)));
  const answers = Promise.allSettled(asked);
  await eventually(() => simulator.ledger.calls.filter(({ outcome }) => outcome === 'running').length, (running) => running > 0);
  hangUp.abort();
  expect(new Set((await answers).map(({ status }) => status))).toEqual(new Set(['rejected']));
  await impatient.close();
  const open = () => gateway.admin().request('GET', '/admin/v1/operations?state=running');
  await eventually(open, ({ body }) => body['items'].length === 0);
  const reached = ids.filter((one) => simulator.verbs(one).length > 0);
  expect(reached.map((one) => [simulator.verbs(one), simulator.exists(one)])).toEqual(reached.map(() => [['provision'], true]));
});

const client = (): OsbClient => new OsbClient(gateway.url, 'platform', 'platform-password');

/** Sends a request, and hangs up when it has come to this place; the gateway has noticed, and stands there until let go. */
async function hungUp(send: Request, place: Failpoint): Promise<{ readonly letGo: () => void }> {
  const reached = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  onFailpoint(async (at) => {
    if (at !== place) return;
    reached.resolve();
    await held.promise;
  });
  const server = gateway.gateway.app.getHttpServer();
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const hangUp = new AbortController();
  const impatient = client();
  const lost = send(impatient, hangUp.signal).catch((error: unknown) => error);
  const [socket] = await connected;
  await reached.promise;
  const noticed = once(socket, 'close');
  hangUp.abort();
  expect(await lost).toMatchObject({ name: 'AbortError' });
  await Promise.all([noticed, impatient.close()]);
  onFailpoint(undefined);
  return { letGo: held.resolve };
}
