import { randomUUID } from 'node:crypto';
import { RuleStage } from '../gateway-rules/rule-stage.js';
import type { ScriptedBroker } from '../gateway-rules/scripted-broker.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply } from '../support/stub-broker.js';

const ACCEPTS = { acceptsIncomplete: true };

let stage: RuleStage;
let broker: ScriptedBroker;
let crossplane: OsbClient;
let others: readonly OsbClient[];
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.backend('managed', { instances_retrievable: true, bindings_retrievable: true, plan_updateable: true });
  crossplane = await stage.gateway.platform('control-plane', 'crossplane');
  const kinds = ['cloudfoundry', 'korifi', 'kubernetes'] as const;
  others = [stage.osb, ...(await Promise.all(kinds.map((kind) => stage.gateway.platform(`its-${kind}`, kind))))];
});
beforeEach(() => {
  broker.forget();
  id = randomUUID();
});
afterAll(() => stage.stop());

test('crossplane is shown no endpoints, whose ports its client cannot parse; all others are', async () => {
  const endpoints = [{ host: 'db.example', ports: ['5432'] }];
  broker.when('PUT', 'binding', reply(201, { credentials: {}, endpoints }));
  for (const osb of [crossplane, ...others]) {
    const own = randomUUID();
    await osb.provision(own, broker.plan);
    const answers = [await osb.bind(own, 'b', broker.plan), await osb.fetchBinding(own, 'b')];
    expect(answers.map(({ body }) => body.endpoints)).toEqual(osb === crossplane ? [undefined, undefined] : [endpoints, endpoints]);
  }
});

describe('to crossplane a GET always has parameters, exactly as that platform sent them last', () => {
  beforeEach(() => broker.when('GET', 'instance', reply(200, { parameters: { told: 'by the backend' } })));

  test('an empty object where it sent none', async () => {
    await crossplane.provision(id, broker.plan);
    await crossplane.bind(id, 'b', broker.plan);
    expect((await crossplane.fetch(id)).body.parameters).toEqual({});
    expect((await crossplane.fetchBinding(id, 'b')).body.parameters).toEqual({});
  });

  test('byte for byte, whatever the backend tells', async () => {
    const sent = '{"b":12345678901234567890,"a":1.0}';
    const ids = `"service_id":"${broker.plan.serviceId}","plan_id":"${broker.plan.planId}"`;
    const raw = `{${ids},"organization_guid":"o","space_guid":"s","parameters":${sent}}`;
    await crossplane.http.request('PUT', `/v2/service_instances/${id}`, { raw });
    await crossplane.http.request('PUT', `/v2/service_instances/${id}/service_bindings/b`, { raw: `{${ids},"parameters":${sent}}` });
    expect((await crossplane.fetch(id)).text).toContain(`"parameters":${sent}`);
    expect((await crossplane.fetchBinding(id, 'b')).text).toContain(`"parameters":${sent}`);
  });

  test('those of an update take the place of all there were', async () => {
    const { serviceId } = broker.plan;
    const seen = [];
    await crossplane.provision(id, broker.plan, { parameters: { a: 1, b: 2 } });
    for (const parameters of [{ a: 1 }, undefined, { c: 3 }]) {
      await crossplane.update(id, serviceId, { parameters });
      seen.push((await crossplane.fetch(id)).body.parameters);
    }
    expect(seen).toEqual([{ a: 1 }, {}, { c: 3 }]);
  });

  test('for all other kinds they are those of the record, or what the backend tells', async () => {
    for (const osb of others) {
      const own = randomUUID();
      await osb.provision(own, broker.plan, { parameters: { a: 1 } });
      await osb.bind(own, 'b', broker.plan);
      expect((await osb.fetch(own)).body.parameters).toEqual({ told: 'by the backend' });
      expect((await osb.fetchBinding(own, 'b')).body).not.toHaveProperty('parameters');
    }
  });
});

describe('to crossplane a DELETE is always 202, and the poll of a finished one 410', () => {
  test('also where the backend answers at once; a repeated DELETE is 202 with that operation again', async () => {
    await crossplane.provision(id, broker.plan);
    await crossplane.bind(id, 'b', broker.plan);
    const unbinds = [await crossplane.unbind(id, 'b', broker.plan, ACCEPTS), await crossplane.unbind(id, 'b', broker.plan, ACCEPTS)];
    expect(unbinds.map(({ status }) => status)).toEqual([202, 202]);
    expect(unbinds[1]?.body).toEqual(unbinds[0]?.body);
    expect((await crossplane.lastBindingOperation(id, 'b', unbinds[0]?.body.operation)).status).toBe(410);

    const deletes = [await crossplane.deprovision(id, broker.plan, ACCEPTS), await crossplane.deprovision(id, broker.plan, ACCEPTS)];
    expect(deletes.map(({ status }) => status)).toEqual([202, 202]);
    expect(deletes[1]?.body).toEqual(deletes[0]?.body);
    expect((await crossplane.lastOperation(id, deletes[0]?.body.operation)).status).toBe(410);
    expect(broker.asked('DELETE', 'instance')).toHaveLength(1);
  });

  test('one that takes its time is in progress until then, and one that fails has failed', async () => {
    await crossplane.provision(id, broker.plan);
    broker.when('DELETE', 'instance', reply(202, { operation: 'd' })).when('GET', 'last operation', reply(200, { state: 'in progress' }));
    const { body } = await crossplane.deprovision(id, broker.plan, ACCEPTS);
    expect((await crossplane.lastOperation(id, body.operation)).body.state).toBe('in progress');
    broker.when('GET', 'last operation', reply(200, { state: 'failed', description: 'still in use' }));
    expect((await crossplane.ended(id, body.operation)).body).toMatchObject({ state: 'failed', description: 'still in use' });

    broker.forget();
    const again = await crossplane.deprovision(id, broker.plan, ACCEPTS);
    expect([again.status, again.body.operation === body.operation]).toEqual([202, false]);
    expect((await crossplane.ended(id, again.body.operation)).status).toBe(410);
  });

  test('what was never there is answered in the same way', async () => {
    const answers = [await crossplane.deprovision(id, broker.plan, ACCEPTS), await crossplane.unbind(id, 'b', broker.plan, ACCEPTS)];
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    const [instance, binding] = answers.map(({ body }) => body.operation as string);
    const polls = [await crossplane.lastOperation(id, instance), await crossplane.lastBindingOperation(id, 'b', binding)];
    expect(polls.map(({ status }) => status)).toEqual([410, 410]);
    expect(broker.changes).toEqual([]);
  });

  test('all other kinds are answered 200 and 410, and the poll of a finished delete succeeded', async () => {
    for (const osb of others) {
      const own = randomUUID();
      await osb.provision(own, broker.plan);
      broker.when('DELETE', 'instance', reply(202, { operation: 'd' }));
      const { body } = await osb.deprovision(own, broker.plan, ACCEPTS);
      expect((await osb.ended(own, body.operation)).body).toEqual({ state: 'succeeded' });
      broker.forget();
      expect((await osb.deprovision(own, broker.plan, ACCEPTS)).status).toBe(410);
      expect((await osb.lastOperation(own)).status).toBe(410);
    }
  });
});

test('polls of a create, an update and a bind are never 410, for no kind of platform', async () => {
  const { serviceId } = broker.plan;
  for (const osb of [crossplane, ...others]) {
    const own = randomUUID();
    broker.when('PUT', 'instance', reply(202, {})).when('PUT', 'binding', reply(202, {})).when('PATCH', 'instance', reply(202, {}));
    broker.when('GET', 'binding', reply(200, { credentials: {} }));
    const create = (await osb.provision(own, broker.plan, {}, ACCEPTS)).body.operation;
    await osb.ended(own, create);
    const update = (await osb.update(own, serviceId, { parameters: { a: 1 } }, ACCEPTS)).body.operation;
    await osb.ended(own, update);
    const bind = (await osb.bind(own, 'b', broker.plan, {}, ACCEPTS)).body.operation;
    await osb.ended(own, bind, 'b');
    broker.forget();
    await osb.unbind(own, 'b', broker.plan, ACCEPTS);
    await osb.deprovision(own, broker.plan, ACCEPTS);
    const polls = [await osb.lastOperation(own, create), await osb.lastOperation(own, update), await osb.lastBindingOperation(own, 'b', bind)];
    expect(polls.map(({ status, body }) => [status, body.state])).toEqual(polls.map(() => [200, 'succeeded']));
  }
});
