import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { eventually } from './eventually.js';
import { SIMULATORS } from './simulators.js';

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

describe.each(SIMULATORS)('a storm of requests against a simulator %s', (where, start) => {
  test.each([1, 2, 3])('breaks nothing and leaves nothing behind (seed %d)', async (seed) => {
    const gateway = await TestGateway.start();
    const second = await TestGateway.start({ database: gateway.database });
    const simulator = await start(gateway, where.replaceAll(' ', '-'), { asyncDurationMs: 20 });
    // A backend in the process is one of each process: the storm meets both gateways only where the broker is remote.
    const clients = where === 'in the gateway' ? [gateway.osb()] : [gateway.osb(), second.osb()];
    const roll = dice(seed);
    const one = <T>(choices: readonly T[]): T => choices[Math.floor(roll() * choices.length)] as T;

    const send = (osb: OsbClient): Promise<Answer> => {
      const [id, bindingId, plan] = [one(INSTANCES), one(BINDINGS), simulator.plan(one(['sync', 'async', 'async-bind']))];
      const ask = one([patient, {}]);
      switch (one(['create', 'create', 'update', 'delete', 'bind', 'bind', 'unbind', 'fetch', 'poll'])) {
        case 'create':
          return osb.provision(id, plan, { parameters: { a: one([1, 2]) } }, ask);
        case 'update':
          return osb.update(id, plan.serviceId, { parameters: { a: one([1, 2]) } }, ask);
        case 'delete':
          return osb.deprovision(id, plan, ask);
        case 'bind':
          return osb.bind(id, bindingId, plan, {}, ask);
        case 'unbind':
          return osb.unbind(id, bindingId, plan, ask);
        case 'fetch':
          return one([osb.fetch(id), osb.fetchBinding(id, bindingId)]);
        default:
          return one([osb.lastOperation(id), osb.lastBindingOperation(id, bindingId)]);
      }
    };

    const strand = async (): Promise<Answer[]> => {
      const answers: Answer[] = [];
      for (let turn = 0; turn < 25; turn += 1) answers.push(await send(one(clients)));
      return answers;
    };
    const answers = (await Promise.all(Array.from({ length: 12 }, strand))).flat();
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(answers.some(({ status }) => status === 201)).toBe(true);

    const [osb] = clients as [OsbClient];
    for (const id of INSTANCES) {
      await eventually(() => osb.deprovision(id, simulator.plan('sync'), patient), ({ status }) => status === 410);
    }
    expect(simulator.ledger.inventory.instances()).toEqual([]);
    expect(simulator.ledger.calls.filter(({ outcome }) => outcome === 'ConcurrencyError' || outcome === 'Conflict')).toEqual([]);
    const open = `select id from operation where state in ('queued', 'running') union all
      select incarnation::text from service_instance where state <> 'deleted' union all
      select incarnation::text from service_binding where state <> 'deleted'`;
    expect(await query(gateway.database.url, open)).toEqual([]);
    await second.stop();
    await gateway.stop();
    await simulator.close();
  });
});
