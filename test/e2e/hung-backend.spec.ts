import { randomUUID } from 'node:crypto';
import { ChangeBackend } from '#core';
import { TestGateway } from '../support/gateway.js';
import { HangingBroker, type Manner } from '../support/hanging-broker.js';
import type { Answer, HttpClient } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { eventually } from './eventually.js';
import { Journey } from './journey.js';
import { recorded, type Recorded } from './recorded.js';
import { simulatorAsBroker, simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

const MANNERS: readonly Manner[] = ['mute', 'silent', 'dripping'];
const MOST_AT_ONCE = 64;
const SURPLUS = 136;
const CALL_MS = 5_000;

const patient = { acceptsIncomplete: true };

/** A backend with as many calls as it may have, none of which it answers, and what came of those beyond. */
interface Hung {
  readonly name: string;
  readonly broker: HangingBroker;
  readonly open: readonly string[];
  readonly answers: readonly Answer[];
  readonly surplus: readonly Answer[];
  readonly recorded: readonly [before: Recorded, after: Recorded];
}

let gateway: TestGateway;
let osb: OsbClient;
let admin: HttpClient;
let others: SimulatorUnderTest[] = [];
let hung: Hung[] = [];
beforeAll(async () => {
  const short = { callMs: CALL_MS, budgetMs: CALL_MS, breakerRestMs: 300, longestPollMs: 200 };
  gateway = await TestGateway.start({ timings: short });
  osb = gateway.osb();
  admin = gateway.admin();
  others = [await simulatorInGateway(gateway, 'near'), await simulatorAsBroker(gateway, 'far')];
  const brokers = await Promise.all(MANNERS.map((manner) => start(manner)));
  hung = [];
  for (const [index, manner] of MANNERS.entries()) hung.push(await hang(manner, brokers[index] as HangingBroker));
});
afterAll(async () => {
  for (const { broker } of hung) await broker.close();
  await gateway.stop();
  for (const other of others) await other.close();
});

async function start(name: string): Promise<HangingBroker> {
  const broker = await HangingBroker.start(name);
  const backend = await gateway.register(name, 'osb', { ...broker.settings, maxConnections: MOST_AT_ONCE });
  await gateway.gateway.app.get(ChangeBackend).execute({ name: 'test' }, backend, 'change', { policy: { promoteAfterMs: 100 } });
  expect((await osb.provision(`${name}-old`, broker.plan('sync'))).status).toBe(201);
  return broker;
}

async function hang(manner: Manner, broker: HangingBroker): Promise<Hung> {
  broker.hang(manner);
  const provision = (id: string): Promise<Answer> => osb.provision(id, broker.plan('sync'), {}, patient);
  const open = idsOf(MOST_AT_ONCE);
  const answers = await Promise.all(open.map(provision));
  const before = await recorded(gateway.database);
  const surplus = await Promise.all(idsOf(SURPLUS).map(provision));
  return { name: manner, broker, open, answers, surplus, recorded: [before, await recorded(gateway.database)] };
}

const idsOf = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

/** The guard as operators see it, in the admin API and in the metrics. */
async function shown(backend: string): Promise<{ breaker: string; calls: number; metrics: { open: number; calls: number } }> {
  const { breaker, callsUnderWay } = (await admin.request('GET', `/admin/v1/backends/${backend}`)).body['calls'];
  const { text } = await admin.request('GET', '/metrics');
  const metric = (name: string): number => Number(new RegExp(`^${name}\\{backend="${backend}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
  return { breaker, calls: callsUnderWay, metrics: { open: metric('osb_backend_breaker_open'), calls: metric('osb_backend_calls_under_way') } };
}

test('a platform that accepts it is told to come back for calls that hang', () => {
  for (const { answers } of hung) expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
});

test('calls beyond the most at once are refused unsent, with a time to come back, and leave no trace in the record', () => {
  for (const { surplus, recorded: [before, after] } of hung) {
    for (const { status, body, headers } of surplus) {
      expect([status, body]).toEqual([503, { error: 'Unavailable', description: 'the backend of this service is busy; try again later' }]);
      expect(headers['retry-after']).toBe('1');
    }
    expect(after).toEqual(before);
  }
});

test('a create sent again is joined, although no new one would be taken', async () => {
  for (const { broker, open } of hung) {
    expect((await osb.provision(open[0] as string, broker.plan('sync'), {}, patient)).status).toBe(202);
  }
});

test('the catalog, and instances and bindings of the other backends, are served all the while', async () => {
  const journeys = others.flatMap((other) =>
    ['sync', 'async', 'async-bind'].map((plan) => new Journey(osb, { plan: other.plan(plan), acceptsIncomplete: true, asyncBindings: true })),
  );
  await Promise.all(journeys.map((journey) => journey.whole()));
  expect((await osb.catalog()).status).toBe(200);
});

test('calls that were given up open the breaker of their backend, which operators can see, and of no other', async () => {
  for (const { name } of hung) await eventually(() => shown(name), ({ breaker, metrics }) => breaker !== 'closed' && metrics.open === 1);
  for (const { serviceName } of others) expect(await shown(serviceName)).toMatchObject({ breaker: 'closed', metrics: { open: 0 } });
});

test('while it is open platforms are told to come back, unless theirs is the one call that tries the backend', async () => {
  for (const { name, broker } of hung) {
    const bind = () => osb.bind(`${name}-old`, randomUUID(), broker.plan('sync'), {}, patient);
    const { body, headers } = await eventually(bind, ({ status }) => status === 503);
    expect(body).toEqual({ error: 'Unavailable', description: 'the backend of this service is failing; try again later' });
    expect(headers['retry-after']).toBe('1');
  }
});

test('when the backends work again, one call finds out, and all that was open ends with nothing orphaned', async () => {
  for (const { broker } of hung) {
    broker.work();
    broker.hangUp();
  }
  for (const { name, broker, open } of hung) {
    for (const id of open) expect((await osb.ended(id)).body).toEqual({ state: 'succeeded' });
    expect(broker.instanceIds().toSorted()).toEqual([`${name}-old`, ...open].toSorted());
    await eventually(() => shown(name), (seen) => seen.breaker === 'closed' && seen.calls + seen.metrics.calls + seen.metrics.open === 0);
  }
  const pending = `select from operation where state in ('queued', 'running')`;
  await eventually(() => query(gateway.database.url, pending), ({ length }) => length === 0);
});

test('what was made meanwhile can be deleted as ever', async () => {
  for (const { name, broker, open } of hung) {
    const deprovision = (id: string): Promise<Answer> => osb.deprovision(id, broker.plan('sync'), patient);
    const answers = [await deprovision(`${name}-old`), ...(await Promise.all(open.map(deprovision)))];
    expect(answers.filter(({ status }) => status !== 200 && status !== 202)).toEqual([]);
    await eventually(() => broker.instanceIds(), ({ length }) => length === 0);
  }
});
