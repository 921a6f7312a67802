import { randomUUID } from 'node:crypto';
import { LifecycleStore, UnbindsBeforeDeprovision, type OperationId, type Task } from '#core';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { neverAnswer, reply, type Script } from '../support/stub-broker.js';
import { held } from './held.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

const ACCEPTS = { acceptsIncomplete: true };

let stage: RuleStage;
let osb: OsbClient;
let broker: ScriptedBroker;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { unbindsMs: 1_000 } });
  broker = await stage.backend('leaving');
  ({ osb } = stage);
});
afterAll(() => stage.stop());

beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
/** What a test leaves to be sent would count in the next one. */
afterEach(async () => {
  broker.forget();
  await eventually(async () => (await stage.admin.get('/operations', { state: 'running' })).body.items, ({ length }) => length === 0);
});

/** An instance with bindings that its platform does not remove. */
async function instanceWith(bindings: readonly string[], on = broker): Promise<void> {
  expect((await osb.provision(id, on.plan)).status).toBe(201);
  for (const binding of bindings) expect((await osb.bind(id, binding, on.plan)).status).toBe(201);
  on.forget();
}

/** What the broker was asked to remove of this instance, in order: `b-1`, …, and the instance. */
function deletes(on = broker): string[] {
  const asked = [...on.asked('DELETE', 'binding'), ...on.asked('DELETE', 'instance')].filter(({ url }) => url.includes(id));
  return asked.map(({ url }) => /service_bindings\/([^?]+)/.exec(url)?.[1] ?? 'instance');
}

const logged = (text: string): string[] => stage.gateway.logLines.filter((line) => line.includes(text) && line.includes(id));
const UNCONFIRMED = 'before its backend confirmed these unbinds';
const REMOVED = 'failed after these bindings of the instance were removed';

describe('issue 10, line 20: a deprovision leaves no credential behind', () => {
  test('each binding that is left is sent one unbind of the gateway, and then the instance its deprovision', async () => {
    await instanceWith(['b-1', 'b-2']);
    expect((await osb.deprovision(id, broker.plan)).status).toBe(200);
    expect(deletes().toSorted()).toEqual(['b-1', 'b-2', 'instance']);
    expect(broker.changes.at(-1)).toBe('DELETE instance');
    for (const { url } of broker.asked('DELETE', 'binding')) expect(url).toContain('accepts_incomplete=true');
    for (const binding of ['b-1', 'b-2']) {
      const events = (await stage.admin.get('/audit-events', { subject: `binding ${binding} of instance ${id}`, action: 'binding.unbind' })).body.items;
      expect(events.map((event: { actorKind: string; outcome: string }) => `${event.actorKind} ${event.outcome}`).toSorted()).toEqual(['gateway started', 'gateway succeeded']);
    }
    expect(logged(UNCONFIRMED)).toEqual([]);
  });

  test('what its platform has unbound itself is not unbound again', async () => {
    await instanceWith(['b-1']);
    expect((await osb.unbind(id, 'b-1', broker.plan)).status).toBe(200);
    expect((await osb.deprovision(id, broker.plan)).status).toBe(200);
    expect(deletes()).toEqual(['b-1', 'instance']);
  });

  test('they are sent side by side', async () => {
    await instanceWith(['b-1', 'b-2', 'b-3']);
    const call = held(reply(200, {}));
    broker.when('DELETE', 'binding', call.script);
    const deprovision = osb.deprovision(id, broker.plan);
    await eventually(async () => deletes(), ({ length }) => length === 3);
    call.release();
    expect((await deprovision).status).toBe(200);
  });

  test.each<[string, Script]>([
    ['410', reply(410, {})],
    ['404', reply(404, {})],
  ])('%s to such an unbind says that it is gone', async (_status, answer) => {
    await instanceWith(['b-1']);
    broker.when('DELETE', 'binding', answer);
    expect((await osb.deprovision(id, broker.plan)).status).toBe(200);
    expect(logged(UNCONFIRMED)).toEqual([]);
  });

  test.each<[string, Script]>([
    ['refused', reply(400, {})],
    ['broken', reply(500, {})],
    ['never answered', neverAnswer],
  ])('the deprovision is sent although its unbinds are %s, and what was never confirmed is reported', async (_how, answer) => {
    await instanceWith(['b-1', 'b-2']);
    broker.when('DELETE', 'binding', answer);
    await eventually(() => osb.deprovision(id, broker.plan, ACCEPTS), ({ status }) => status === 200 || status === 410);
    expect(deletes().at(-1)).toBe('instance');
    const [line = ''] = logged(UNCONFIRMED);
    expect(JSON.parse(line)).toMatchObject({ bindings: expect.arrayContaining(['b-1', 'b-2']) });
  });

  test('unanswered ones are repeated until the deprovision has succeeded, and then closed', async () => {
    await instanceWith(['b-1']);
    let isOver = false;
    broker.when('DELETE', 'binding', reply(500, {})).when('DELETE', 'instance', reply(202, {}));
    broker.when('GET', 'last operation', (response, request) => reply(200, { state: isOver ? 'succeeded' : 'in progress' })(response, request));
    expect((await osb.deprovision(id, broker.plan, ACCEPTS)).status).toBe(202);
    await eventually(async () => broker.asked('DELETE', 'instance').length, (count) => count > 0);
    const before = broker.asked('DELETE', 'binding').length;
    await eventually(async () => broker.asked('DELETE', 'binding').length, (count) => count > before);
    isOver = true;
    await eventually(() => osb.deprovision(id, broker.plan, ACCEPTS), ({ status }) => status === 410);
    expect((await stage.admin.get('/operations', { instanceId: id, state: 'running' })).body.items).toEqual([]);
  });

  test('one that is accepted is polled to its end first', async () => {
    await instanceWith(['b-1']);
    broker.when('DELETE', 'binding', reply(202, {}));
    broker.when('GET', 'last operation', reply(200, { state: 'in progress' }), reply(410, {}));
    expect((await osb.deprovision(id, broker.plan)).status).toBe(200);
    expect(broker.asked('GET', 'last operation').length).toBeGreaterThanOrEqual(2);
    expect(logged(UNCONFIRMED)).toEqual([]);
  });

  test('a deprovision that is refused after them is reported with the bindings that are dead', async () => {
    await instanceWith(['b-1', 'b-2']);
    broker.when('DELETE', 'instance', reply(400, { description: 'Not now.' }));
    expect((await osb.deprovision(id, broker.plan)).body.description).toBe('Not now.');
    const [line = ''] = logged(REMOVED);
    expect(JSON.parse(line)).toMatchObject({ bindings: expect.arrayContaining(['b-1', 'b-2']) });
    expect((await osb.fetchBinding(id, 'b-1')).status).toBe(404);
    expect((await osb.fetch(id)).status).toBe(200);
    broker.forget();
    expect((await osb.bind(id, 'b-1', broker.plan)).status).toBe(201);
  });

  test('so many bindings cost the time of all together, not of each', async () => {
    const bindings = Array.from({ length: 24 }, (_none, index) => `b-${index}`);
    await instanceWith(bindings);
    broker.when('DELETE', 'binding', neverAnswer);
    await eventually(() => osb.deprovision(id, broker.plan, ACCEPTS), ({ status }) => status === 200 || status === 410);
    expect(new Set(deletes().slice(0, 24))).toEqual(new Set(bindings));
  });
});

describe('a deprovision that has failed, when its instance has another binding', () => {
  let deprovision: string;
  beforeEach(async () => {
    await instanceWith(['b-1']);
    broker.when('DELETE', 'instance', reply(400, {}));
    expect((await osb.deprovision(id, broker.plan)).status).toBe(400);
    broker.forget();
    expect((await osb.bind(id, 'b-2', broker.plan)).status).toBe(201);
    [{ id: deprovision }] = (await stage.admin.get('/operations', { instanceId: id, kind: 'deprovision' })).body.items;
  });
  afterEach(async () => {
    expect((await osb.fetchBinding(id, 'b-2')).status).toBe(200);
  });

  test('unbinds nothing by a gateway that stood still until then', async () => {
    const { app } = stage.gateway.gateway;
    const ended = await app.get(LifecycleStore).findTask(deprovision as OperationId);
    if (!ended) throw new Error('the deprovision is not known');
    const asItWas: Task = { ...ended, operation: { ...ended.operation, state: 'running' } };
    expect(await app.get(UnbindsBeforeDeprovision).send(asItWas, () => Promise.reject(new Error('an unbind was begun')))).toBe(false);
    expect(deletes()).toEqual([]);
  });

  test('would unbind nothing either where its gateway had died before anybody was answered', async () => {
    const asItWas = `state = 'running', confirmed = false, leased_by = 'dead', leased_until = osb_now() - interval '1 minute',
      call_deadline_at = osb_now() - interval '1 minute', next_attempt_at = osb_now() - interval '1 minute', finished_at = null`;
    await query(stage.gateway.database.url, `update operation set ${asItWas} where id = '${deprovision}'`);
    await eventually(async () => (await stage.admin.get('/operations', { id: deprovision })).body.items, ([line]) => line.state === 'failed');
    expect(deletes()).toEqual([]);
  });
});

describe('a backend whose deprovision revokes', () => {
  test('is asked for no unbind where its operator says so', async () => {
    const revoking = await stage.backend('revoking', {}, { settings: { deprovisionRevokesBindings: true } });
    await instanceWith(['b-1'], revoking);
    await stage.admin.ask('PATCH', '/backends/revoking', { body: { policy: { unbindBeforeDeprovision: false } } });
    expect((await osb.deprovision(id, revoking.plan)).status).toBe(200);
    expect(deletes(revoking)).toEqual(['instance']);
    expect(logged(UNCONFIRMED)).toEqual([]);
  });

  test('leaves nothing to report', async () => {
    const silent = await stage.backend('silent', {}, { settings: { deprovisionRevokesBindings: true } });
    await instanceWith(['b-1'], silent);
    silent.when('DELETE', 'binding', reply(500, {}));
    expect((await osb.deprovision(id, silent.plan)).status).toBe(200);
    expect(logged(UNCONFIRMED)).toEqual([]);
  });

  test('has to say so: unbinds are not turned off for any other', async () => {
    const body = { policy: { unbindBeforeDeprovision: false } };
    const refused = await stage.admin.ask('PATCH', '/backends/leaving', { body });
    expect([refused.status, refused.body.description]).toEqual([400, expect.stringContaining('settings.deprovisionRevokesBindings: true')]);
    const demo = await stage.admin.ask('PATCH', '/backends/demo', { body });
    expect([demo.status, demo.body.description]).toEqual([400, expect.stringContaining('the type "demo" does not')]);
    const another = await stage.admin.post('/backends', { name: 'another', type: 'osb', settings: broker.settings, enabled: true, ...body });
    expect(another.status).toBe(400);
  });
});

test('deletes that the gateway sends by itself open no breaker, however often they fail', async () => {
  await instanceWith(Array.from({ length: 12 }, (_none, index) => `b-${index}`));
  broker.when('DELETE', 'binding', reply(500, {})).when('DELETE', 'instance', reply(202, {})).when('GET', 'last operation', reply(200, { state: 'in progress' }), reply(410, {}));
  await osb.deprovision(id, broker.plan, ACCEPTS);
  await eventually(async () => broker.asked('DELETE', 'binding').length, (count) => count >= 12);
  expect((await stage.admin.get('/backends/leaving')).body.calls.breaker).toBe('closed');
});
