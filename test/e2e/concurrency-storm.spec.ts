import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { eventually } from './eventually.js';
import { simulatorAsBroker, simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

const patient = { acceptsIncomplete: true };
const INSTANCES = ['i-1', 'i-2', 'i-3'];
const BINDINGS = ['b-1', 'b-2'];

/** The same numbers from 0 to 1 for the same seed, so that a storm that broke something can be had again. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    const again = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((again ^ (again >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Sends one request after the other, none of them with regard to what runs. */
function stranger(osb: OsbClient, simulator: SimulatorUnderTest, roll: () => number): () => Promise<Answer> {
  const one = <T>(choices: readonly T[]): T => choices[Math.floor(roll() * choices.length)] as T;
  return () => {
    const [id, bindingId, plan] = [one(INSTANCES), one(BINDINGS), simulator.plan(one(['sync', 'async', 'async-bind']))];
    const ask = one([patient, {}]);
    const parameters = { a: one([1, 2]) };
    const requests = {
      create: () => osb.provision(id, plan, { parameters }, ask),
      update: () => osb.update(id, plan.serviceId, { parameters }, ask),
      delete: () => osb.deprovision(id, plan, ask),
      bind: () => osb.bind(id, bindingId, plan, {}, ask),
      unbind: () => osb.unbind(id, bindingId, plan, ask),
      fetch: () => osb.fetch(id),
      fetchBinding: () => osb.fetchBinding(id, bindingId),
      poll: () => osb.lastOperation(id),
      pollBinding: () => osb.lastBindingOperation(id, bindingId),
    };
    const words = Object.keys(requests) as (keyof typeof requests)[];
    return requests[one([...words, 'create', 'create', 'bind', 'bind'] as const)]();
  };
}

describe.each([
  ['in the gateway', simulatorInGateway, 1],
  ['behind a remote broker and two gateways', simulatorAsBroker, 2],
])('a storm of requests against a simulator %s', (_where, start, gateways) => {
  const running: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of running.splice(0).toReversed()) await each.stop();
  });

  test.each([1, 2])('breaks nothing and leaves nothing behind (seed %d)', async (seed) => {
    const first = await TestGateway.start();
    running.push(first);
    const simulator = await start(first, 'simulator', { asyncDurationMs: 20 });
    running.push({ stop: simulator.close });
    const clients = [first.osb()];
    for (let more = 1; more < gateways; more += 1) {
      const other = await TestGateway.start({ database: first.database });
      running.push(other);
      clients.push(other.osb());
    }

    const strands = Array.from({ length: 12 }, async (_none, strand) => {
      const osb = clients[strand % clients.length] as OsbClient;
      const send = stranger(osb, simulator, dice(seed * 100 + strand));
      const answers: Answer[] = [];
      for (let turn = 0; turn < 25; turn += 1) answers.push(await send());
      return answers;
    });
    const answers = (await Promise.all(strands)).flat();
    const broken = answers.filter(({ status, body }) => status >= 500 && body['description'] !== CANCELLED);
    expect(broken.map(({ status, text }) => [status, text])).toEqual([]);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0);

    for (const id of INSTANCES) {
      const remove = () => first.osb().deprovision(id, simulator.plan('sync'), patient);
      await eventually(remove, ({ status }) => status === 410);
    }
    expect(simulator.ledger.inventory.instances()).toEqual([]);
    const overlapping = simulator.ledger.calls.filter(({ outcome }) => outcome === 'ConcurrencyError' || outcome === 'Conflict');
    expect(overlapping).toEqual([]);
    expect(await query(first.database.url, OPEN)).toEqual([]);
  });
});

/** What a platform that waits for a create is told when another of its requests deletes the instance meanwhile. */
const CANCELLED = 'cancelled: the instance is being deleted';

/** All that the gateway has not brought to an end. */
const OPEN = `select id from operation where state in ('queued', 'running')
  union all select incarnation::text from service_instance where state <> 'deleted'
  union all select incarnation::text from service_binding where state <> 'deleted'`;
