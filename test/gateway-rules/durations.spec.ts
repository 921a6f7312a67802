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
  stage = await RuleStage.start();
  broker = await stage.backend('endless', {}, { plan: { maximum_polling_duration: 1 } });
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

test('G68: an operation that does not end in the time its plan publishes has failed, and what it made is removed', async () => {
  broker.when('PUT', 'instance', reply(202, { operation: 'o' })).when('GET', 'last operation', reply(200, { state: 'in progress' }));
  const { body } = await osb.provision(id, broker.plan, {}, { acceptsIncomplete: true });
  expect((await osb.ended(id, body.operation)).body.state).toBe('failed');
  await eventually(() => osb.deprovision(id, broker.plan), ({ status }) => status === 410);
  expect(broker.asked('DELETE', 'instance').length).toBeGreaterThan(0);
});

test.each([['a date', 'Wed, 21 Oct 2099 07:28:00 GMT'], ['less than nothing', '-1'], ['for ever', '99999999'], ['no number', 'soon'], ['a second', '1']])(
  'G69, P17: a backend that wants to be polled again after %s is polled, and platforms see a whole number of seconds or nothing',
  async (_what, retryAfter) => {
    broker.when('PUT', 'instance', reply(202, { operation: 'o' })).when('GET', 'last operation', reply(200, { state: 'in progress' }, { 'retry-after': retryAfter }));
    const { body } = await osb.provision(id, broker.plan, {}, { acceptsIncomplete: true });
    await eventually(async () => broker.asked('GET', 'last operation').length, (count) => count > 0);
    const poll = await osb.lastOperation(id, body.operation);
    expect(String(poll.headers['retry-after'] ?? '1')).toMatch(/^\d{1,4}$/);
  },
);
