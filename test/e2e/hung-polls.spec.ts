import { randomUUID } from 'node:crypto';
import { BackendCalls, type Backend } from '#core';
import { TestGateway } from '../support/gateway.js';
import { HangingBroker } from '../support/hanging-broker.js';
import type { OsbClient } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { eventually } from './eventually.js';
import { HELD, simulatorAsBroker, type SimulatorUnderTest } from './simulators.js';

/** More than one process asks about at once. */
const OPEN = 100;

let gateway: TestGateway;
let osb: OsbClient;
let hung: HangingBroker;
let hungBackend: Backend;
let other: SimulatorUnderTest;
beforeAll(async () => {
  // Polls that hang do so for longer than this file takes: who waits for one of them waits for ever.
  gateway = await TestGateway.start({ timings: { callMs: 600_000, breakerRestMs: 200, longestPollMs: 200 } });
  osb = gateway.osb();
  hung = await HangingBroker.start('hung');
  hungBackend = await gateway.register('hung', 'osb', hung.settings);
  other = await simulatorAsBroker(gateway, 'other');
});
afterAll(async () => {
  await hung.close();
  await gateway.stop();
  await other.close();
});

const patient = { acceptsIncomplete: true };
const ids = Array.from({ length: OPEN }, () => randomUUID());
const callsUnderWay = (): number => gateway.gateway.app.get(BackendCalls).stateOf(hungBackend.id).callsUnderWay;

async function states(): Promise<Record<string, number>> {
  const rows = await query<{ state: string; count: number }>(
    gateway.database.url,
    `select o.state, count(*)::int from operation o join service_instance i on i.incarnation = o.instance_incarnation
     where i.backend_id = $1 group by 1`,
    [hungBackend.id],
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

test('a hundred polls of a backend that hangs do not keep the polls and clean-ups of another waiting', async () => {
  for (const id of ids) {
    expect((await osb.provision(id, hung.plan('async'), { parameters: { simulate: HELD } }, patient)).status).toBe(202);
  }
  hung.hang('mute');
  await eventually(callsUnderWay, (count) => count >= 32);

  const made = await osb.provision('made', other.plan('async'), {}, patient);
  expect((await osb.ended('made', made.body['operation'])).body).toEqual({ state: 'succeeded' });
  const failed = await osb.provision('failed', other.plan('failing'), {}, patient);
  expect((await osb.ended('failed', failed.body['operation'])).body['state']).toBe('failed');
  await eventually(() => other.exists('failed'), (exists) => !exists);
  expect(callsUnderWay()).toBeGreaterThanOrEqual(32);
});

test('polls leave half of the calls a backend may have at once to platforms', () => {
  expect(callsUnderWay()).toBe(32);
});

test('no operation is given up because its backend was not asked: all end when it is back', async () => {
  // Cut off at once, and again with every new call, until the breaker opens.
  hung.hangUp();
  const breaker = () => gateway.gateway.app.get(BackendCalls).stateOf(hungBackend.id).breaker;
  await eventually(() => (hung.hangUp(), breaker()), (state) => state === 'open');
  // Long enough for polls that are not sent, as the breaker is open.
  await eventually(async () => (hung.hangUp(), (await pauses())), (least) => least > 3);
  expect(await states()).toEqual({ running: OPEN });

  hung.finish();
  hung.work();
  hung.hangUp();
  for (const id of ids) expect((await osb.ended(id)).body).toEqual({ state: 'succeeded' });
  expect(await states()).toEqual({ succeeded: OPEN });
  expect(hung.instanceIds().toSorted()).toEqual(ids.toSorted());
});

/** How often the operation that was tried least has been tried. */
async function pauses(): Promise<number> {
  const [row] = await query<{ least: number }>(
    gateway.database.url,
    `select min(attempts) as least from operation where state = 'running' and backend_id = $1`,
    [hungBackend.id],
  );
  return row?.least ?? 0;
}
