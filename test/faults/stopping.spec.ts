import { connect } from 'node:net';
import { once } from 'node:events';
import type { WireFaultInput } from '#backends/simulator';
import { eventually } from '../e2e/eventually.js';
import { OsbClient } from '../support/osb-client.js';
import type { BackendUnderTest } from './backend-under-test.js';
import type { GatewayUnderTest } from './gateway-under-test.js';
import { violations } from './invariants.js';
import type { Subject } from './platform-recorder.js';
import { Random } from './random.js';
import { Stage } from './stage.js';

let stage: Stage;
let backend: BackendUnderTest;
let stopping: GatewayUnderTest;
let other: GatewayUnderTest;

/** Only what is given up, not what runs out, can be taken over within these tests. */
const TIMINGS = { leaseMs: 60_000, callMs: 3_000, stopMs: 700 };

beforeAll(async () => {
  stage = await Stage.start(2);
  [backend, stopping, other] = [stage.backends[0], stage.gateways[0], stage.gateways[1]] as [BackendUnderTest, GatewayUnderTest, GatewayUnderTest];
  await Promise.all(stage.gateways.map((gateway) => restartWith(gateway, TIMINGS)));
});
afterEach(() => stage.revive());
afterAll(() => stage.close());

async function restartWith(gateway: GatewayUnderTest, timings: GatewayUnderTest['timings']): Promise<void> {
  gateway.timings = timings;
  await gateway.kill();
  await gateway.restart();
}

const NEVER_ANSWERS: WireFaultInput = { hang: true };
const NEVER_ACTS: WireFaultInput = { hang: true, act: false };

test.each([
  ['a create that was carried out: it is found', 'provision', NEVER_ANSWERS, 1],
  ['a create that was not: it is sent again when the first call is surely over', 'provision', NEVER_ACTS, 2],
  ['a delete that was not: it is sent again', 'deprovision', NEVER_ACTS, 2],
] as const)('a gateway that stops does not wait for ever for a backend. Another one ends %s', async (what, kind, fault, calls) => {
  const prefix = what.replaceAll(/\W/g, '-').slice(0, 40);
  const subject: Subject = { instanceId: prefix, plan: { serviceId: backend.serviceId, planId: backend.planId('sync') } };
  const platform = stage.script('service-catalog', new Random(what));
  if (kind !== 'provision') await platform.provision(subject);
  const [method, path] = [kind === 'deprovision' ? 'DELETE' : 'PUT', new RegExp(`/${prefix}$`)];
  backend.addFault({ method, path: path.source, ...fault });
  stage.direct(stopping);
  const ending = platform[kind](subject);
  await backend.received(method, path, { acted: fault === NEVER_ANSWERS });
  const pid = stopping.pid;

  expect(await stopping.terminate()).toBe(0);

  expect(await ending).toBe('done');
  await eventually(() => stage.database.unfinished(prefix), (count) => count === 0);
  const history = await stage.history(prefix);
  expect(violations(history)).toEqual([]);
  const { database, backends } = history;
  const operation = database.operations.findLast((each) => each.kind === kind);
  expect(operation).toMatchObject({ state: 'succeeded', initiator: 'platform' });
  const holders = database.transitions.filter(({ id, owner }) => id === operation?.id && owner).map(({ owner }) => owner?.split('-').at(-2));
  expect(new Set(holders)).toEqual(new Set([`${pid}`, `${other.pid}`]));
  expect(backends[0]?.calls.filter(({ verb }) => verb === kind)).toHaveLength(calls);
});

test('the only gateway there is goes on polling for whoever waits, and answers before it goes', async () => {
  await Promise.all([restartWith(stopping, {}), other.kill()]);
  const osb = new OsbClient(stopping.url as string, 'korifi', 'korifi-password');
  const plan = { serviceId: backend.serviceId, planId: backend.planId('async') };
  const waiting = osb.provision('bridged', plan, { parameters: { simulate: { async: { durationMs: 1_000 } } } });
  await backend.received('GET', /\/bridged\/last_operation$/, { acted: false });
  expect(await stopping.terminate()).toBe(0);
  const { status, headers } = await waiting;
  expect([status, headers['connection']]).toEqual([201, 'close']);
  await osb.close();
});

test('a connection on which nothing is ever asked holds up no stop', async () => {
  const silent = connect({ port: Number(new URL(stopping.url as string).port), host: '127.0.0.1' });
  await once(silent, 'connect');
  silent.on('error', () => undefined);
  expect(await stopping.terminate()).toBe(0);
  silent.destroy();
});
