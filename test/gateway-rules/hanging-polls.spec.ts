import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ timings: { createNotFoundMs: 300, updateNotFoundMs: 300 } });
  broker = await stage.backend('forgetful', { instances_retrievable: true });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

const ACCEPTS = { acceptsIncomplete: true };
const polls = (): number => broker.asked('GET', 'last operation').length;
const warnings = (operation: string): number =>
  stage.gateway.logLines.filter((line) => line.includes('does not know an operation it accepted') && line.includes(operation)).length;

/** An accepted update whose every poll is 404: the id of its operation. */
async function forgottenUpdate(): Promise<string> {
  await osb.provision(id, broker.plan, { parameters: { size: 1 } });
  broker.when('PATCH', 'instance', reply(202, { operation: 'u' })).when('GET', 'last operation', reply(404, {}));
  const { status, body } = await osb.update(id, broker.plan.serviceId, { parameters: { size: 2 } }, ACCEPTS);
  expect(status).toBe(202);
  return body.operation as string;
}

describe('issue 10, line 8: polls that never find an operation end it, and are told', () => {
  test.each([[404], [410]])('G57: an accepted create is over after several answers of %d over a while, and what it made is removed', async (status) => {
    broker.when('PUT', 'instance', reply(202, { operation: 'c' })).when('GET', 'last operation', reply(status, {}));
    const { body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
    const { body: ended } = await osb.ended(id, body.operation);
    expect([ended.state, ended.description]).toEqual(['failed', expect.stringContaining('does not know it any more')]);
    expect(polls()).toBeGreaterThanOrEqual(3);
    expect(warnings(body.operation)).toBe(1);
    await eventually(() => broker.asked('DELETE', 'instance').length, (sent) => sent > 0);
  });

  test('an accepted create that exists by then has succeeded', async () => {
    broker.when('PUT', 'instance', reply(202, { operation: 'c' })).when('GET', 'last operation', reply(404, {})).when('GET', 'instance', reply(200, {}));
    const { body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
    expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
    expect(broker.changes).toEqual(['PUT instance']);
  });

  test('answers of a router, and those between others, do not end a create', async () => {
    const script = [reply(404, '<html>'), reply(404, {}), reply(404, {}), reply(200, { state: 'in progress' })];
    broker.when('PUT', 'instance', reply(202, { operation: 'c' })).when('GET', 'last operation', ...script, ...script, ...script, reply(200, { state: 'succeeded' }));
    const { body } = await osb.provision(id, broker.plan, {}, ACCEPTS);
    expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
  });

  test('an update has succeeded where its backend tells that it was carried out', async () => {
    broker.when('GET', 'instance', reply(200, { parameters: { size: 2 } }));
    const operation = await forgottenUpdate();
    expect((await osb.ended(id, operation)).body.state).toBe('succeeded');
    expect(warnings(operation)).toBe(1);
    expect((await osb.update(id, broker.plan.serviceId, { parameters: { size: 3 } }, ACCEPTS)).status).toBe(202);
  });

  test('an update has failed where its backend tells otherwise, and nothing is deleted', async () => {
    broker.when('GET', 'instance', reply(200, { parameters: { size: 1 } }));
    const operation = await forgottenUpdate();
    expect((await osb.ended(id, operation)).body.state).toBe('failed');
    expect(broker.asked('DELETE', 'instance')).toEqual([]);
    expect((await osb.fetch(id)).status).toBe(200);
  });
});
