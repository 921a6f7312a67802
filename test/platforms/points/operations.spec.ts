import { randomUUID } from 'node:crypto';
import { LifecycleStore, Timings } from '#core';
import { RuleStage } from '../../gateway-rules/rule-stage.js';
import type { ScriptedBroker } from '../../gateway-rules/scripted-broker.js';
import { TestGateway } from '../../support/gateway.js';
import type { Answer } from '../../support/http-client.js';
import type { OsbClient } from '../../support/osb-client.js';
import { query } from '../../support/postgres.js';
import { reply } from '../../support/stub-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.backend('late', { bindings_retrievable: true });
  for (const method of ['PUT', 'PATCH', 'DELETE']) broker.when(method, 'instance', reply(202, { operation: method })).when(method, 'binding', reply(202, { operation: method }));
  broker.when('GET', 'binding', reply(200, { credentials: { password: 'p' } }));
  ({ osb } = stage);
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };
const stateOf = ({ status, body }: Answer): unknown => (status === 200 ? body.state : status);

/** Changes of an instance at one replica, from its create to its end: how each was answered, and what others told of it then. */
async function toldOfChanges(one: OsbClient, others: readonly OsbClient[]): Promise<unknown[]> {
  const [id, plan] = [randomUUID(), broker.plan];
  const changes: readonly (readonly [ask: () => Promise<Answer>, bindingId?: string])[] = [
    [() => one.provision(id, plan, {}, ACCEPTS)],
    [() => one.update(id, plan.serviceId, { parameters: { a: 1 } }, ACCEPTS)],
    [() => one.bind(id, 'b', plan, {}, ACCEPTS), 'b'],
    [() => one.unbind(id, 'b', plan, ACCEPTS), 'b'],
    [() => one.deprovision(id, plan, ACCEPTS)],
  ];
  const told: unknown[] = [];
  for (const [ask, bindingId] of changes) {
    const { status, body } = await ask();
    const poll = (other: OsbClient) => (bindingId === undefined ? other.lastOperation(id, body.operation) : other.lastBindingOperation(id, bindingId, body.operation));
    told.push(status, ...(await Promise.all(others.map(poll))).map(stateOf));
    await one.ended(id, body.operation, bindingId);
  }
  return told;
}

test('P8: what one replica has answered 202 to is known to every other one at once, each of two hundred times', async () => {
  const gateways = await Promise.all([1, 2].map(() => TestGateway.start({ database: stage.gateway.database })));
  const replicas = [osb, ...gateways.map((gateway) => gateway.osb())];
  const lives = Array.from({ length: 40 }, (_none, turn) => {
    const one = replicas[turn % replicas.length] as OsbClient;
    return toldOfChanges(one, replicas.filter((other) => other !== one));
  });
  const told = (await Promise.all(lives)).flat();
  expect(told).toHaveLength(40 * 5 * 3);
  expect(told.filter((each) => ![202, 'in progress', 'succeeded'].includes(each as string))).toEqual([]);
  await Promise.all(gateways.map((gateway) => gateway.stopKeepingDatabase()));
});

describe('the end of an operation', () => {
  const [living, gone] = [randomUUID(), randomUUID()];
  const operations: Record<string, string> = {};
  let later: TestGateway;

  beforeAll(async () => {
    const ended = async (name: string, id: string, asked: Promise<Answer>, bindingId?: string): Promise<void> => {
      operations[name] = (await asked).body.operation;
      await (bindingId ? osb.ended(id, operations[name], bindingId) : osb.ended(id, operations[name]));
    };
    await ended('create', living, osb.provision(living, broker.plan, {}, ACCEPTS));
    await ended('update', living, osb.update(living, broker.plan.serviceId, { parameters: { a: 1 } }, ACCEPTS));
    await ended('create of what is gone', gone, osb.provision(gone, broker.plan, {}, ACCEPTS));
    await ended('bind', gone, osb.bind(gone, 'b', broker.plan, {}, ACCEPTS), 'b');
    await ended('delete', gone, osb.deprovision(gone, broker.plan, ACCEPTS));
  });
  afterEach(() => later.stopKeepingDatabase());

  /** What a gateway tells that is started so much later, after it has thrown away what is old. */
  async function toldAfter(time: string): Promise<Record<string, unknown>> {
    const { database } = stage.gateway;
    await query(database.url, `alter database ${database.name} set osb.clock_offset = '${time}'`);
    later = await TestGateway.start({ database });
    await later.gateway.app.get(LifecycleStore).purge(new Timings().retentionMs);
    const poll = later.osb();
    return {
      create: stateOf(await poll.lastOperation(living, operations['create'])),
      update: stateOf(await poll.lastOperation(living, operations['update'])),
      latest: stateOf(await poll.lastOperation(living)),
      'create of what is gone': stateOf(await poll.lastOperation(gone, operations['create of what is gone'])),
      bind: stateOf(await poll.lastBindingOperation(gone, 'b', operations['bind'])),
      delete: stateOf(await poll.lastOperation(gone, operations['delete'])),
      'latest of what is gone': stateOf(await poll.lastOperation(gone)),
    };
  }

  test('P16: the end of every operation is told for seven days, also of what is gone', async () => {
    const succeeded = { create: 'succeeded', update: 'succeeded', latest: 'succeeded', 'create of what is gone': 'succeeded', bind: 'succeeded', delete: 'succeeded' };
    expect(await toldAfter('6 days 23 hours')).toEqual({ ...succeeded, 'latest of what is gone': 410 });
  });

  test('P16: afterwards that of what lives is told for as long as it is the latest', async () => {
    const forgotten = { create: 404, 'create of what is gone': 404, bind: 404, delete: 404, 'latest of what is gone': 404 };
    expect(await toldAfter('7 days 1 hour')).toEqual({ ...forgotten, update: 'succeeded', latest: 'succeeded' });
  });
});
