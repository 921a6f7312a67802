import { readFileSync } from 'node:fs';
import { behaviourSchema, type Behaviour } from './behaviour.js';
import { wireFaultSchema } from './broker/wire-fault.js';
import { plansWithPermissions, simulatedPlans } from './plans.js';
import { simulatorSettings } from './settings.js';
import { createSimulator } from './simulator-backend.js';
import { BrokerError, fromRawJson, type Outcome } from '#sdk';
import { InstanceDriver, testCall } from '#sdk/testing';

type Simulate = Record<string, unknown>;

function instance(
  simulate: Simulate,
  plan = 'sync',
  simulator = createSimulator({ asyncDurationMs: 20 }),
): InstanceDriver {
  const target = { backend: simulator, serviceId: 'simulator-service', planId: `simulator-${plan}` };
  return new InstanceDriver({ ...target, provisionParameters: { simulate } });
}

/** What has become of a call once all that is ready to run has run. */
const nowOf = (call: Promise<unknown>): Promise<unknown> =>
  Promise.race([call.catch(String), new Promise((resolve) => setImmediate(resolve, 'still waiting'))]);

test.each([{}, { async: { durationMs: 0 } }])('what an update was told to tell is told from then on (%j)', async (how) => {
  const moved = instance({ answer: { metadata: { labels: { tier: 'gold' } } } });
  await moved.provision();
  await moved.update({ parameters: { simulate: { ...how, answer: { dashboardUrl: 'https://simulator.example/moved' } } } });
  await moved.update({ parameters: {} });
  await expect(moved.fetch()).resolves.toMatchObject({
    dashboardUrl: 'https://simulator.example/moved',
    metadata: { labels: { tier: 'gold' } },
  });
});

test('extra offerings announce nothing of what they need not', async () => {
  const catalog = await createSimulator({ extraOfferings: 1 }).catalog({ signal: AbortSignal.timeout(5_000) });
  const [first, extra] = (catalog as { services: object[] }).services;
  const announced = ['instances_retrievable', 'bindings_retrievable', 'allow_context_updates'];
  expect(Object.keys(first ?? {})).toEqual(expect.arrayContaining(announced));
  expect(Object.keys(extra ?? {}).filter((member) => announced.includes(member))).toEqual([]);
});

describe('a provision that is told how to go on', () => {
  test.each([
    [{ status: 400 }, { code: 'BadRequest', word: 'BadRequest', status: 400 }],
    [
      { status: 422, error: 'ConcurrencyError' },
      { code: 'ConcurrencyError', status: 422 },
    ],
    [
      { status: 422, error: 'Quota', description: 'Full.' },
      { word: 'Quota', status: 422, description: 'Full.' },
    ],
    [
      { status: 503, retryAfterSeconds: 7 },
      { code: 'Unavailable', details: { retryAfterSeconds: 7 } },
    ],
    [
      { status: 500, instanceUsable: false },
      { status: 500, details: { instanceUsable: false } },
    ],
  ])('fails with %j', async (failWith, error) => {
    await expect(instance({ failWith }).provision()).rejects.toMatchObject(error);
  });

  test('breaks down with an error that tells nothing', async () => {
    const broken = instance({ throw: true });
    await expect(broken.provision()).rejects.not.toBeInstanceOf(BrokerError);
    await expect(broken.deprovision()).rejects.toMatchObject({ code: 'Gone' });
  });

  test('breaks down after acting, and goes on when asked again', async () => {
    const flaky = instance({ throw: true, afterActing: true, times: 1 });
    await expect(flaky.provision({ operationId: 'o-1' })).rejects.toThrow('told to break');
    await expect(flaky.fetch()).resolves.toMatchObject({ planId: 'simulator-sync' });
    await flaky.provision({ operationId: 'o-1' });
    await flaky.deprovision();
  });

  test('hangs whatever the deadline', async () => {
    const hanging = instance({ hang: true }).sendProvision({ signal: AbortSignal.abort() });
    expect(await nowOf(hanging)).toBe('still waiting');
  });

  test('waits, and is carried out late unless it honours its deadline', async () => {
    const deadline = new AbortController();
    const late = instance({ delayMs: 40 });
    const soon = instance({ delayMs: 86_400_000, honourSignal: true });
    const both = [late.sendProvision({ signal: deadline.signal }), soon.sendProvision({ signal: deadline.signal })];
    deadline.abort();
    expect(await Promise.allSettled(both)).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected' }]);
    await late.deprovision();
    await expect(soon.deprovision()).rejects.toMatchObject({ code: 'Gone' });
  });

  test('ends with the poll it is told, as it is told', async () => {
    const polled = instance({ async: { polls: 3, pollToken: 'tökén', retryAfterMs: 10 } });
    expect(await polled.sendProvision()).toMatchObject({ kind: 'accepted', pollToken: 'tökén', retryAfterMs: 10 });
    const states = [];
    for (let poll = 0; poll < 4; poll += 1) states.push((await polled.lastOperation('provision', 'tökén')).kind);
    expect(states).toEqual(['in progress', 'in progress', 'succeeded', 'succeeded']);
    await expect(polled.lastOperation('provision', 'other')).rejects.toMatchObject({ code: 'NotFound' });
  });

  test('never ends, and a deprovision ends it', async () => {
    const endless = instance({ async: { outcome: 'never', pollToken: null } });
    expect(await endless.sendProvision()).not.toHaveProperty('pollToken');
    expect(await endless.lastOperation('provision')).toMatchObject({ kind: 'in progress' });
    await endless.deprovision();
    expect(await endless.lastOperation('provision')).toEqual({ kind: 'gone' });
  });

  test('of an asynchronous plan is done at once', async () => {
    expect(await instance({ async: false }, 'async').sendProvision()).toMatchObject({ kind: 'done' });
  });

  test('answers what breaks the contract', async () => {
    const garbage = instance({ answer: { dashboardUrl: 7 } });
    await expect(garbage.provision()).resolves.toMatchObject({ dashboardUrl: 7 });
  });

  test.each([[{ delay: 1 }], [{ failWith: { status: 299 } }], [{ bind: { hangs: true } }], [[1]], ['x']])(
    'refuses %j, which nobody understands',
    async (simulate) => {
      await expect(instance(simulate as Simulate).provision()).rejects.toMatchObject({ code: 'BadRequest' });
    },
  );
});

describe('later calls', () => {
  test('do what the parameters of the instance say of their verb', async () => {
    const later = instance({
      bind: { credentials: { user: 'u' } },
      deprovision: { failWith: { status: 500 }, times: 2 },
      fetchInstance: { failWith: { status: 503 } },
      lastInstanceOperation: { throw: true, times: 1 },
    });
    await later.provision();
    expect((await later.binding().bind()).credentials?.raw).toBe('{"user":"u"}');
    await expect(later.fetch()).rejects.toMatchObject({ code: 'Unavailable' });
    await expect(later.lastOperation('provision')).rejects.toThrow('told to break');
    await expect(later.deprovision()).rejects.toMatchObject({ code: 'InternalError' });
    await expect(later.deprovision()).rejects.toMatchObject({ code: 'InternalError' });
    await later.deprovision();
  });

  test('do what the parameters of the binding say of their verb', async () => {
    const simulator = createSimulator();
    const one = instance({}, 'sync', simulator);
    await one.provision();
    const binding = one.binding();
    const parameters = fromRawJson('{"simulate":{"unbind":{"failWith":{"status":500},"times":1}}}');
    await simulator.bind({ ...one.ref, bindingId: binding.bindingId, parameters }, binding.call());
    await expect(binding.unbind()).rejects.toMatchObject({ code: 'InternalError' });
    await binding.unbind();
  });

  test('that are accepted fail as often as they shall, and succeed then', async () => {
    const later = instance({ deprovision: { async: { durationMs: 0, outcome: 'failed', times: 2 } } });
    await later.provision();
    await expect(later.deprovision()).rejects.toThrow('The simulator failed.');
    await expect(later.deprovision()).rejects.toThrow('The simulator failed.');
    await later.deprovision();
    await expect(later.deprovision()).rejects.toMatchObject({ code: 'Gone' });
  });

  test('of a plan that is not offered any more still delete', async () => {
    const simulator = createSimulator();
    const call = testCall();
    const ref = { instanceId: 'i', serviceId: 'old', planId: 'old' };
    await expect(simulator.deprovision(ref, call)).rejects.toMatchObject({ code: 'Gone' });
    await expect(simulator.provision({ ...ref, organizationGuid: 'o', spaceGuid: 's' }, call)).rejects.toMatchObject({
      code: 'BadRequest',
    });
  });
});

describe('the catalog', () => {
  const signal = AbortSignal.timeout(60_000);

  test('fails, or answers something else, where the settings say so', async () => {
    const failing = createSimulator({ catalog: { failWith: { status: 503 }, times: 1 } });
    await expect(failing.catalog({ signal })).rejects.toMatchObject({ code: 'Unavailable' });
    expect(await failing.catalog({ signal })).toMatchObject({ services: [{ id: 'simulator-service' }] });
    expect(await createSimulator({ catalog: { answer: { services: null } } }).catalog({ signal })).toEqual({
      services: null,
    });
  });

  test('is the same whenever it is read, and has ids of its own under another name', async () => {
    const [one, other] = [createSimulator({ serviceName: 'a' }), createSimulator({ serviceName: 'b' })];
    expect(await one.catalog({ signal })).toEqual(await one.catalog({ signal }));
    const words = JSON.stringify(await other.catalog({ signal }));
    expect(words).toContain('"id":"b-service"');
    expect(words).not.toContain('"a-');
    const given = createSimulator({ serviceId: 's-1', planIdPrefix: 'p:' });
    const plans = expect.arrayContaining([expect.objectContaining({ id: 'p:sync' })]);
    expect(await given.catalog({ signal })).toMatchObject({ services: [{ id: 's-1', plans }] });
  });
});

describe('the ledger', () => {
  test('has every call with its bytes and its outcome', async () => {
    const simulator = createSimulator();
    const parameters = fromRawJson('{"n":12345678901234567890}');
    const request = { instanceId: 'i', serviceId: 'simulator-service', planId: 'simulator-sync', parameters };
    const call = testCall({ operationId: 'o-1', originatingIdentity: 'me', requestIdentity: 'r-1' });
    await simulator.provision({ ...request, organizationGuid: 'o', spaceGuid: 's' }, call);
    await simulator.deprovision({ ...request, instanceId: 'missing' }, call).catch(() => undefined);
    expect(simulator.ledger.toJSON()).toMatchObject({
      calls: [
        {
          verb: 'provision',
          operationId: 'o-1',
          parameters: parameters.raw,
          originatingIdentity: 'me',
          outcome: 'done',
        },
        { verb: 'deprovision', instanceId: 'missing', requestIdentity: 'r-1', outcome: 'Gone' },
      ],
      instances: [{ instanceId: 'i', status: 'ready', parameters: parameters.raw, organizationGuid: 'o' }],
    });
  });

  test('knows the end of an operation nobody asked for', async () => {
    const simulator = createSimulator();
    const accepted: Outcome<unknown> = await instance({ async: { durationMs: 0 } }, 'sync', simulator).sendProvision();
    expect(accepted.kind).toBe('accepted');
    expect(simulator.ledger.toJSON().instances).toMatchObject([{ status: 'ready' }]);
  });
});

describe('the README', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const asyncShape: Record<keyof Exclude<Behaviour['async'], boolean | undefined>, true> = {
    durationMs: true,
    polls: true,
    outcome: true,
    times: true,
    description: true,
    instanceUsable: true,
    updateRepeatable: true,
    retryAfterMs: true,
    pollToken: true,
  };

  test.each([
    ['setting', simulatorSettings.shape],
    ['plan', Object.fromEntries(simulatedPlans(simulatorSettings.parse({})).map(({ name }) => [name, true]))],
    ['plan with permissions', Object.fromEntries(plansWithPermissions().map(({ name }) => [name, true]))],
    ['word', behaviourSchema.shape],
    ['word of `async`', asyncShape],
    ['word of a wire fault', wireFaultSchema.shape],
  ])('has a row for every %s, and no other', (heading, words) => {
    const [, table = ''] = readme.split(`\n| ${heading} |`);
    const rows = (table.split('\n\n')[0] ?? '').matchAll(/^\| `([^`]+)`/gm);
    expect(new Set(Array.from(rows, ([, word]) => word))).toEqual(new Set(Object.keys(words)));
  });
});
