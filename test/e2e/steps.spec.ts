import { z } from 'zod';
import { steps, stepDone, stepWaiting, type BackendType, type InstanceRef, type ProvisionRequest, type StepContext, type StepOutcome } from '#sdk';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient } from '../support/osb-client.js';
import { eventually } from './eventually.js';

const PLAN = { serviceId: 'stepwise-service', planId: 'stepwise-plan' };
const ACCEPTS = { acceptsIncomplete: true };
const never = (): Promise<never> => Promise.reject(new Error('not asked for'));

/** What the steps did, whichever gateway called them; and the step that waits. */
let calls: string[];
let waitsIn: string | undefined;

function step(name: string) {
  const act = (verb: string, { key, request }: StepContext<InstanceRef>): StepOutcome => {
    calls.push(`${verb} ${key.slice(key.indexOf(':') + 1)} ${(request as ProvisionRequest).parameters?.raw ?? ''}`.trim());
    return waitsIn === `${verb} ${name}` ? stepWaiting({ description: 'it takes a while', retryAfterMs: 10 }) : stepDone({ from: name });
  };
  return {
    name,
    do: async (context: StepContext<InstanceRef>) => act('do', context),
    undo: async (context: StepContext<InstanceRef>) => act('undo', context),
  };
}

const stepwise: BackendType = {
  type: 'stepwise',
  description: 'Makes an instance in three steps.',
  settings: z.strictObject({}),
  create: () => {
    const creating = steps<InstanceRef>([step('network'), step('disk'), step('server')]);
    return {
      capabilities: { asynchronousVerbs: ['provision', 'deprovision'] },
      catalog: async () => ({
        services: [{ id: PLAN.serviceId, name: 'stepwise', description: 's', bindable: false, plans: [{ id: PLAN.planId, name: 'p', description: 'p' }] }],
      }),
      async provision(request, call) {
        const outcome = await creating.create(request, call, call.state);
        return outcome.kind === 'done' ? { kind: 'done', result: {} } : { ...outcome, result: {} };
      },
      deprovision: (request, call) => creating.remove(request, call, call.state),
      lastInstanceOperation: (request, call) => creating.poll(request, call, call.state),
      update: never,
      bind: never,
      unbind: never,
      fetchInstance: never,
      fetchBinding: never,
      lastBindingOperation: never,
    };
  },
};

let gateway: TestGateway;
let osb: OsbClient;

beforeEach(async () => {
  [calls, waitsIn] = [[], undefined];
  gateway = await TestGateway.start({ moreBackends: [stepwise] });
  await gateway.register('stepwise', 'stepwise');
  osb = gateway.osb();
});
afterEach(() => gateway.stop());

async function startAgain(): Promise<void> {
  gateway = await TestGateway.start({ moreBackends: [stepwise], database: await gateway.stopKeepingDatabase() });
  osb = gateway.osb();
}

test('a platform sees which step an instance is at, and another gateway goes on with it', async () => {
  waitsIn = 'do disk';
  expect((await osb.provision('i', PLAN, { parameters: { size: 1 } }, ACCEPTS)).status).toBe(202);
  await eventually(() => osb.lastOperation('i'), ({ body }) => body['description'] === 'disk (2 of 3): it takes a while');
  await startAgain();
  waitsIn = undefined;
  expect((await osb.ended('i')).body).toMatchObject({ state: 'succeeded' });
  expect(calls.filter((each) => each.startsWith('do network'))).toEqual(['do network {"size":1}']);
  expect(calls.at(-1)).toBe('do server {"size":1}');
});

test('a delete undoes the steps backwards, also where a gateway ends in the middle of it', async () => {
  expect((await osb.provision('i', PLAN, {}, ACCEPTS)).status).toBe(201);
  [calls, waitsIn] = [[], 'undo disk'];
  expect((await osb.deprovision('i', PLAN, ACCEPTS)).status).toBe(202);
  await eventually(async () => calls, (made) => made.includes('undo undo:disk'));
  await startAgain();
  waitsIn = undefined;
  await eventually(() => osb.deprovision('i', PLAN, ACCEPTS), ({ status }) => status === 410);
  expect([...new Set(calls)]).toEqual(['undo undo:server', 'undo undo:disk', 'undo undo:network']);
  expect(calls.filter((each) => each === 'undo undo:server')).toHaveLength(1);
});
