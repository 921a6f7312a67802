import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { accepted, BrokerError, secretSetting, UnknownOutcome, type BackendType, type ServiceBackend } from '#sdk';
import { eventually } from '../e2e/eventually.js';
import { reply } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

const PASSWORD = `password-${randomUUID()}`;
const PARAMETER = `parameter-${randomUUID()}`;
const PLAN = { serviceId: 'plugin-service', planId: 'plugin-plan' };

/** What the plugin throws next, and what its polls throw. */
const plugin = { throws: (): never => fail(), polls: (): never => fail() };

function fail(): never {
  throw new Error('not told what to throw');
}

const never = (): Promise<never> => Promise.reject(new BrokerError('Conflict', 'not asked for'));

const pluginType: BackendType = {
  type: 'plugin',
  description: 'Throws what the test says.',
  settings: z.strictObject({ password: secretSetting() }),
  create: (): ServiceBackend => ({
    capabilities: {},
    catalog: async () => ({
      services: [{ id: PLAN.serviceId, name: 'plugin', description: 'd', bindable: true, plans: [{ id: PLAN.planId, name: 'p', description: 'd' }] }],
    }),
    provision: async ({ parameters }) => (parameters?.raw.includes('async') ? accepted() : plugin.throws()),
    update: never,
    bind: never,
    unbind: never,
    deprovision: never,
    fetchInstance: never,
    fetchBinding: never,
    lastInstanceOperation: async () => plugin.polls(),
    lastBindingOperation: never,
  }),
};

let stage: RuleStage;
let broker: ScriptedBroker;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start({ moreBackends: [pluginType], timings: { breakerRestMs: 50 } });
  broker = await stage.backend('speaking');
  await stage.gateway.register('plugin', 'plugin', { password: PASSWORD });
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

interface Line {
  readonly id: string;
  readonly requestId?: string;
  readonly lastCause?: string;
}

/** The platform's operation on the instance that has a cause, as operators see it. */
async function withCause(instanceId = id): Promise<Line> {
  const list = async (): Promise<Line[]> => (await stage.admin.get('/operations', { instanceId, initiator: 'platform' })).body.items;
  const items = await eventually(list, (lines) => lines.some(({ lastCause }) => lastCause !== undefined));
  return items.find(({ lastCause }) => lastCause !== undefined) as Line;
}

const logged = (...parts: string[]): string[] => stage.gateway.logLines.filter((line) => parts.every((part) => line.includes(part)));

test('what a broker answered is with the operation, and in the log beside request, operation and instance', async () => {
  broker.when('PUT', 'instance', reply(500, { error: 'OutOfDisk', detail: 'disk 7 of the array is full' }));
  const { status, text } = await stage.osb.provision(id, broker.plan);
  const { id: operation, requestId, lastCause } = await withCause();
  expect(status).toBe(502);
  expect(lastCause).toMatch(/HTTP 500: \{"error":"OutOfDisk","detail":"disk 7 of the array is full"\}/);
  expect(logged(operation, id, requestId as string, 'disk 7 of the array is full')).not.toEqual([]);
  expect(text).not.toContain('disk 7');
  expect((await stage.osb.lastOperation(id)).text).not.toContain('disk 7');
});

test('what a plugin threw is with the operation, with its causes, and without secrets or addresses', async () => {
  plugin.throws = () => {
    throw new TypeError(`no login with ${PASSWORD} at https://user:pw@db.internal/x`, { cause: new Error(`while reading ${PARAMETER}`) });
  };
  await stage.osb.provision(id, PLAN, { parameters: { secret: PARAMETER } });
  const { lastCause = '', id: operation } = await withCause();
  expect(lastCause).toMatch(/^TypeError at \S+: no login with \*{8} at \(address\) \| caused by Error at \S+: while reading \*{8}$/);
  expect(logged(operation, 'no login with ********')).not.toEqual([]);
  expect(stage.gateway.logLines.filter((line) => line.includes(PASSWORD) || line.includes(PARAMETER) || line.includes('db.internal'))).toEqual([]);
});

test('what a backend says for operators beside its refusal stays with the operation', async () => {
  plugin.throws = () => {
    throw new BrokerError('BackendFailed', 'no more room', {}, { cause: new Error('quota of pool 3 used up') });
  };
  expect((await stage.osb.provision(id, PLAN)).body.description).toBe('no more room');
  expect((await withCause()).lastCause).toMatch(/^no more room \| caused by Error at \S+: quota of pool 3 used up$/);
});

test('a poll that failed is told while the operation goes on', async () => {
  plugin.polls = () => {
    throw new UnknownOutcome('the status page is down');
  };
  const { status } = await stage.osb.provision(id, PLAN, { parameters: { async: true } }, { acceptsIncomplete: true });
  expect(status).toBe(202);
  expect((await withCause()).lastCause).toBe('the status page is down');
});

test('a cause has at most 1,000 characters', async () => {
  broker.when('PUT', 'instance', reply(500, { detail: 'long '.repeat(10_000) }));
  await stage.osb.provision(id, broker.plan);
  expect((await withCause()).lastCause).toHaveLength(1_001);
});
