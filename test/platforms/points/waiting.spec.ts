import { randomUUID } from 'node:crypto';
import { Timings } from '#core';
import { RuleStage } from '../../gateway-rules/rule-stage.js';
import type { ScriptedBroker } from '../../gateway-rules/scripted-broker.js';
import type { Answer } from '../../support/http-client.js';
import type { OsbClient } from '../../support/osb-client.js';
import { drip, neverAnswer, reply, type Script } from '../../support/stub-broker.js';

let stage: RuleStage;
let osb: OsbClient;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { budgetMs: 1_500, callMs: 1_000 } });
  ({ osb } = stage);
});
afterAll(() => stage.stop());

/** Everything a platform can ask of instances and bindings there are, and of new ones, at once. */
async function everyCall(broker: ScriptedBroker, meanwhile: Script, acceptsIncomplete: boolean): Promise<Answer[]> {
  const { plan } = broker;
  const ids = ['updated', 'deleted', 'bound', 'unbound', 'fetched', 'polled'].map((name) => `${name}-${randomUUID()}`);
  const [updated = '', deleted = '', bound = '', unbound = '', fetched = '', polled = ''] = ids;
  await Promise.all(ids.map((id) => osb.provision(id, plan)));
  await osb.bind(unbound, 'b', plan);
  for (const subject of ['instance', 'binding'] as const) for (const method of ['PUT', 'PATCH', 'DELETE', 'GET']) broker.when(method, subject, meanwhile);
  const ask = { acceptsIncomplete };
  return Promise.all([
    osb.provision(randomUUID(), plan, {}, ask),
    osb.update(updated, plan.serviceId, { parameters: { a: 1 } }, ask),
    osb.deprovision(deleted, plan, ask),
    osb.bind(bound, 'b', plan, {}, ask),
    osb.unbind(unbound, 'b', plan, ask),
    osb.fetch(fetched),
    osb.fetchBinding(unbound, 'b'),
    osb.lastOperation(polled),
    osb.catalog(),
  ]);
}

test.each<[string, Script, boolean]>([
  ['never answers', neverAnswer, false],
  ['never answers, and the platform would come back', neverAnswer, true],
  ['never comes to an end', drip, false],
  ['never comes to an end, and the platform would come back', drip, true],
  ['accepts everything and ends nothing', reply(202, { operation: 'o' }), false],
])('P35: every call is answered while a backend %s', async (what, meanwhile, acceptsIncomplete) => {
  const broker = await stage.backend(what.replaceAll(/\W+/g, '-'), { instances_retrievable: true, bindings_retrievable: true });
  broker.when('GET', 'last operation', reply(200, { state: 'in progress' }));
  const [provision, update, deprovision, bind, unbind, ...reads] = await everyCall(broker, meanwhile, acceptsIncomplete);
  const changes = [provision, update, deprovision, bind, unbind].map((answer) => answer?.status);
  expect(changes).toEqual(changes.map(() => (acceptsIncomplete ? 202 : 504)));
  expect(reads.map(({ status }) => status)).toEqual(reads.map(() => 200));
});

test('P35: what a platform waits for at most ends well before it hangs up', () => {
  const { budgetMs, callMs, promoteAfterMs } = new Timings();
  for (const durationMs of [budgetMs, callMs, promoteAfterMs]) expect(durationMs).toBeLessThan(55_000);
});

test('P34: however many ask for the catalog, no backend is asked, and one that hangs is not waited for', async () => {
  const broker = await stage.backend('catalogued');
  broker.forget();
  broker.when('GET', 'catalog', neverAnswer);
  const texts = await Promise.all(Array.from({ length: 200 }, async () => (await osb.catalog()).text));
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain('catalogued-service');
  // Once at most: the gateway looks by itself now and then.
  expect(broker.asked('GET', 'catalog').length).toBeLessThan(2);
});
