import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { HELD, simulatorAsBroker, simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let simulator: SimulatorUnderTest;
beforeAll(async () => {
  gateway = await TestGateway.start({ timings: { budgetMs: 60_000 } });
  osb = gateway.osb();
  simulator = await simulatorInGateway(gateway, 'simulator');
});
afterAll(() => gateway.stop());

const fifty = Array.from({ length: 50 }, (_none, index) => index);
const patient = { acceptsIncomplete: true };
const slowly = { simulate: { delayMs: 150 } };

/** How often each status came. */
const tally = (answers: readonly Answer[]): Record<string, number> =>
  answers.reduce<Record<string, number>>((seen, { status }) => ({ ...seen, [status]: (seen[status] ?? 0) + 1 }), {});
const operations = (answers: readonly Answer[]): Set<unknown> =>
  new Set(answers.filter(({ status }) => status === 202).map(({ body }) => body['operation']));

describe('fifty identical creates at once make one call to the backend', () => {
  test('all who accept incomplete operations get 202 with the same operation (BLK 170, 174)', async () => {
    const send = () => osb.provision('async', simulator.plan('async'), { parameters: { a: 1 } }, patient);
    const answers = await Promise.all(fifty.map(send));
    expect(Object.keys(tally(answers)).filter((status) => status !== '200')).toEqual(['202']);
    expect(operations(answers).size).toBe(1);
    const [operation] = operations(answers);
    expect((await osb.ended('async', operation as string)).body).toEqual({ state: 'succeeded' });
    expect(simulator.verbs('async')).toEqual(['provision']);
    expect((await send()).status).toBe(200);
  });

  test('of those who wait one gets 201 and all others 200', async () => {
    const parameters = slowly;
    const answers = await Promise.all(fifty.map(() => osb.provision('sync', simulator.plan('sync'), { parameters })));
    expect(tally(answers)).toEqual({ 200: 49, 201: 1 });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(simulator.verbs('sync')).toEqual(['provision']);
  });

  test('where the backend is not to be had, all who wait hear it as soon as the first', async () => {
    const parameters = { simulate: { delayMs: 150, failWith: { status: 503 } } };
    const answers = await Promise.all(fifty.map(() => osb.provision('refused', simulator.plan('sync'), { parameters })));
    expect(tally(answers)).toEqual({ 503: 50 });
  });

  test('where half of them ask for another plan, the losers get 409 (BLK 171, 175)', async () => {
    const plans = [simulator.plan('sync'), simulator.plan('updateable')] as const;
    const send = (index: number) => osb.provision('contested', plans[index % 2 === 0 ? 0 : 1], { parameters: slowly });
    const answers = await Promise.all(fifty.map(send));
    expect(tally(answers)).toEqual({ 200: 24, 201: 1, 409: 25 });
    const losers = answers.flatMap(({ status }, index) => (status === 409 ? [index % 2] : []));
    expect(new Set(losers).size).toBe(1);
    expect(simulator.verbs('contested')).toEqual(['provision']);
    expect(simulator.changes('contested')[0]?.planId).toBe(plans[losers[0] === 0 ? 1 : 0].planId);
  });

  test('also where they meet two gateways on one database', async () => {
    const broker = await simulatorAsBroker(gateway, 'shared');
    const second = await TestGateway.start({ database: gateway.database });
    const clients = [osb, second.osb()] as const;
    const plan = broker.plan('async');
    const answers = await Promise.all(fifty.map((index) => clients[index % 2 === 0 ? 0 : 1].provision('two', plan, {}, patient)));
    expect(Object.keys(tally(answers)).filter((status) => status !== '200')).toEqual(['202']);
    expect(operations(answers).size).toBe(1);
    const [operation] = operations(answers);
    for (const client of clients) expect((await client.ended('two', operation as string)).body).toEqual({ state: 'succeeded' });
    expect(broker.verbs('two')).toEqual(['provision']);
    await second.stop();
    await broker.close();
  });
});

describe('fifty binds at once', () => {
  test('make one binding where they are identical, and all get the same credentials (BND 321)', async () => {
    await osb.provision('i', simulator.plan('sync'));
    const send = () => osb.bind('i', 'b', simulator.plan('sync'), { parameters: slowly });
    const answers = await Promise.all(fifty.map(send));
    expect(tally(answers)).toEqual({ 200: 49, 201: 1 });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(simulator.verbs('i')).toEqual(['provision', 'bind']);
  });

  test('for one id with other parameters get 409 (BND 323)', async () => {
    await osb.provision('j', simulator.plan('sync'));
    const send = (index: number) => osb.bind('j', 'b', simulator.plan('sync'), { parameters: { ...slowly, half: index % 2 } });
    expect(tally(await Promise.all(fifty.map(send)))).toEqual({ 200: 24, 201: 1, 409: 25 });
    expect(simulator.verbs('j')).toEqual(['provision', 'bind']);
  });

  test('with ids of their own run side by side where the backend can', async () => {
    await osb.provision('k', simulator.plan('sync'));
    const answers = await Promise.all(fifty.map((index) => osb.bind('k', `b-${index}`, simulator.plan('sync'), { parameters: slowly })));
    expect(tally(answers)).toEqual({ 201: 50 });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(50);
    expect(Math.min(...gapsMs(simulator, 'k', 'bind'))).toBeLessThan(slowly.simulate.delayMs);
    await Promise.all(fifty.map((index) => osb.unbind('k', `b-${index}`, simulator.plan('sync'))));
    expect(simulator.ledger.inventory.instance('k')?.bindings).toEqual([]);
  });

  test('take turns where the backend cannot: binds and unbinds wait for one another within their time', async () => {
    const alone = await simulatorInGateway(gateway, 'alone', { capabilities: { parallelBindings: false } });
    const plan = alone.plan('sync');
    await osb.provision('l', plan);
    await osb.bind('l', 'old', plan, { parameters: { simulate: { unbind: { delayMs: 150 } } } });
    const answers = await Promise.all([
      ...['b-1', 'b-2', 'b-3', 'b-4'].map((id) => osb.bind('l', id, plan, { parameters: slowly })),
      osb.unbind('l', 'old', plan),
    ]);
    expect(tally(answers)).toEqual({ 200: 1, 201: 4 });
    expect(Math.min(...gapsMs(alone, 'l', 'bind', 'unbind').slice(1))).toBeGreaterThanOrEqual(slowly.simulate.delayMs - 5);
  });
});

describe('fifty identical deletes at once make one call to the backend', () => {
  const onlyGone = (answers: readonly Answer[]) => Object.keys(tally(answers)).filter((status) => status !== '410');

  test('of a binding: each is told that it is gone', async () => {
    const plan = simulator.plan('sync');
    await osb.provision('u', plan);
    await osb.bind('u', 'b', plan, { parameters: { simulate: { unbind: { delayMs: 150 } } } });
    expect(onlyGone(await Promise.all(fifty.map(() => osb.unbind('u', 'b', plan))))).toEqual(['200']);
    expect(simulator.verbs('u')).toEqual(['provision', 'bind', 'unbind']);
  });

  test('of an instance: each is told that it is gone', async () => {
    const plan = simulator.plan('sync');
    await osb.provision('v', plan, { parameters: { simulate: { deprovision: { delayMs: 150 } } } });
    expect(onlyGone(await Promise.all(fifty.map(() => osb.deprovision('v', plan))))).toEqual(['200']);
    expect(simulator.verbs('v')).toEqual(['provision', 'deprovision']);
  });

  test('of an instance that takes its time: each gets the same operation (DEP 416)', async () => {
    const plan = simulator.plan('async');
    await osb.provision('w', plan, { parameters: { simulate: { deprovision: HELD } } });
    const answers = await Promise.all(fifty.map(() => osb.deprovision('w', plan, patient)));
    expect([tally(answers), operations(answers).size]).toEqual([{ 202: 50 }, 1]);
    simulator.finish('w');
    expect((await osb.ended('w')).status).toBe(410);
    expect(simulator.verbs('w')).toEqual(['provision', 'deprovision']);
  });
});

/** The times between the starts of one call and the next. */
function gapsMs({ ledger }: SimulatorUnderTest, instanceId: string, ...verbs: string[]): number[] {
  const calls = ledger.calls.filter((call) => call.instanceId === instanceId && verbs.includes(call.verb));
  const starts = calls.map(({ at }) => Date.parse(at));
  return starts.slice(1).map((start, index) => start - (starts[index] as number));
}
