import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { accepted, done, toRawJson, type BackendType, type ServiceBackend } from '#sdk';
import { eventually } from '../e2e/eventually.js';
import { RuleStage } from './rule-stage.js';

const PLAN = { serviceId: 'careless-service', planId: 'careless-plan' };
const GOOD = { provision: done({}), bind: done({ credentials: toRawJson({ user: 'u' }) }), update: done({}), deprovision: done(undefined), poll: { kind: 'succeeded' } };

/** What the plugin answers next; a plugin in JavaScript can answer anything. */
let answers: Readonly<Record<keyof typeof GOOD, unknown>> = GOOD;

const answerTo = (verb: keyof typeof GOOD) => async (): Promise<never> => answers[verb] as never;

const careless: BackendType = {
  type: 'careless',
  description: 'Answers whatever the test says.',
  settings: z.strictObject({}),
  create: (): ServiceBackend => ({
    capabilities: { fetchInstance: true },
    catalog: async () => ({
      services: [
        { id: PLAN.serviceId, name: 'careless', description: 'd', bindable: true, plan_updateable: true, plans: [{ id: PLAN.planId, name: 'p', description: 'd' }] },
      ],
    }),
    provision: answerTo('provision'),
    update: answerTo('update'),
    bind: answerTo('bind'),
    unbind: answerTo('deprovision'),
    deprovision: answerTo('deprovision'),
    fetchInstance: async () => undefined as never,
    fetchBinding: async () => undefined as never,
    lastInstanceOperation: answerTo('poll'),
    lastBindingOperation: answerTo('poll'),
  }),
};

let stage: RuleStage;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ moreBackends: [careless], timings: { breakerRestMs: 50 } });
  await stage.gateway.register('careless', 'careless');
});
beforeEach(() => {
  id = randomUUID();
  answers = GOOD;
});
afterAll(() => stage.stop());

const BROKEN = { status: 502, body: { error: 'BackendFailed', description: 'the backend broke the contract' } };

const causeOf = async (kind: string): Promise<string | undefined> =>
  (await stage.admin.get('/operations', { instanceId: id, kind, initiator: 'platform' })).body.items[0]?.lastCause;

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'its answer to provision: Invalid input'],
  ['a text', 'created', 'its answer to provision: Invalid input'],
  ['a broker’s body', { state: 'succeeded' }, 'its answer to provision: kind: Invalid discriminator'],
  ['a result that is none', { kind: 'done', result: 'https://x' }, 'its answer to provision: result: Invalid input'],
  ['a token that is no text', { kind: 'accepted', pollToken: 7 }, 'its answer to provision: pollToken: Invalid input'],
])('a create answered with %s broke the contract: 502, and operators read why', async (_what, provision, cause) => {
  answers = { ...GOOD, provision };
  expect(await stage.osb.provision(id, PLAN, {}, { acceptsIncomplete: true })).toMatchObject(BROKEN);
  expect(await causeOf('provision')).toContain(`the backend broke the contract | caused by ${cause}`);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['credentials without their bytes', { kind: 'done', result: { credentials: { user: 'u' } } }],
  ['no credentials but null', { kind: 'done', result: { credentials: null } }],
])('a bind answered with %s broke the contract', async (_what, bind) => {
  await stage.osb.provision(id, PLAN);
  answers = { ...GOOD, bind };
  expect(await stage.osb.bind(id, 'b', PLAN)).toMatchObject(BROKEN);
});

test('an update and a delete answered with nothing broke the contract', async () => {
  await stage.osb.provision(id, PLAN);
  answers = { ...GOOD, update: undefined, deprovision: undefined };
  expect(await stage.osb.update(id, PLAN.serviceId, { parameters: { a: 1 } })).toMatchObject(BROKEN);
  expect(await stage.osb.deprovision(id, PLAN)).toMatchObject(BROKEN);
});

test('a poll answered with an unknown state is told to operators, and the operation goes on', async () => {
  answers = { ...GOOD, provision: accepted(), poll: { state: 'in progress' } };
  const { body } = await stage.osb.provision(id, PLAN, {}, { acceptsIncomplete: true });
  expect(await eventually(() => causeOf('provision'), (cause) => cause !== undefined)).toContain('the backend broke the contract: its answer to a poll: kind');
  answers = GOOD;
  expect((await stage.osb.ended(id, body.operation)).body.state).toBe('succeeded');
});

test('an instance its backend tells nothing of is answered from the record', async () => {
  await stage.osb.provision(id, PLAN);
  expect((await stage.osb.fetch(id)).status).toBe(200);
});
