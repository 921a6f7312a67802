import { randomUUID } from 'node:crypto';
import { InstanceDriver } from '../instance-driver.js';
import { expectDeletes, expectRefusal, whenTaken, withInstance, type ContractCase, type ContractSubject } from '../contract-case.js';

/** What every backend promises about instances. */
export const instanceCases: readonly ContractCase[] = [
  {
    name: 'the catalog is an object with services, and the plans under test are in it',
    async run(subject) {
      const catalog = await subject.backend.catalog({ signal: AbortSignal.timeout(20_000) });
      for (const id of plansOf(subject)) {
        const plans = expect.arrayContaining([expect.objectContaining({ id })]);
        const service = expect.objectContaining({ id: subject.serviceId, plans });
        expect(catalog).toMatchObject({ services: expect.arrayContaining([service]) });
      }
    },
  },
  onEachPlan('an instance is provisioned and deprovisioned, and is gone then', async (instance) => {
    await instance.provision();
    await instance.deprovision();
    await expectRefusal(instance.deprovision(), 'Gone');
  }),
  onEachPlan('a provision sent again with its operation id ends in one instance', async (instance) => {
    const operationId = randomUUID();
    const first = await instance.provision({ operationId });
    const second = await instance.provision({ operationId });
    expect(second.dashboardUrl).toBe(first.dashboardUrl);
    await instance.deprovision();
    await expectRefusal(instance.deprovision(), 'Gone');
  }),
  onEachPlan('a provision cut off on its way and sent again ends in one instance', async (instance) => {
    const operationId = randomUUID();
    const deadline = new AbortController();
    const cutOff = instance.sendProvision({ operationId, signal: deadline.signal });
    deadline.abort();
    await cutOff.catch(() => undefined);
    await instance.provision({ operationId });
    await instance.deprovision();
    await expectRefusal(instance.deprovision(), 'Gone');
  }),
  onEachPlan('a deprovision sent again with its operation id comes to an end or is Gone', async (instance) => {
    const operationId = randomUUID();
    await instance.provision();
    await instance.deprovision({ operationId });
    const again = instance.deprovision({ operationId });
    await again.catch(() => expectRefusal(again, 'Gone'));
    await expectRefusal(instance.deprovision(), 'Gone');
  }),
  onEachPlan('a deprovision repeated while its first call is under way leaves no instance', async (instance) => {
    await instance.provision();
    const operationId = randomUUID();
    expectDeletes(await Promise.allSettled([instance.deprovision({ operationId }), instance.deprovision({ operationId })]));
    await expectRefusal(instance.deprovision(), 'Gone');
  }),
  onEachPlan('a deprovision while an accepted create goes on leaves no instance, or is refused with ConcurrencyError and taken later', async (instance) => {
    await instance.sendProvision();
    await whenTaken(() => instance.deprovision());
    await expectRefusal(instance.deprovision(), 'Gone');
  }),
  onEachPlan('the id of a deprovisioned instance serves a new one', async (instance, subject) => {
    await instance.provision();
    await instance.deprovision();
    await withInstance(subject, async (next) => void (await next.provision()), { instanceId: instance.instanceId });
  }),
  {
    name: 'a plan that finishes later accepts, and tells the same end however often it is asked',
    async run(subject) {
      const { asyncPlanId } = subject;
      if (asyncPlanId === undefined) return;
      const story = async (instance: InstanceDriver): Promise<void> => {
        const operationId = randomUUID();
        const outcome = await instance.sendProvision({ operationId });
        expect(outcome).toMatchObject({ kind: 'accepted' });
        await instance.provision({ operationId });
        const pollToken = outcome.kind === 'accepted' ? outcome.pollToken : undefined;
        for (const _time of ['first', 'again']) {
          expect(await instance.lastOperation('provision', pollToken)).toMatchObject({ kind: 'succeeded' });
        }
      };
      await withInstance(subject, story, { planId: asyncPlanId });
    },
  },
  onEachPlan('an update comes to an end or is refused, also when it is sent again', async (instance, subject) => {
    const operationId = randomUUID();
    await instance.provision();
    const change = subject.provisionParameters === undefined ? {} : { parameters: subject.provisionParameters };
    for (const _time of ['first', 'again']) {
      const update = instance.update(change, { operationId });
      await update.catch(() => expectRefusal(update));
    }
    if (subject.bindable) expect(await instance.binding().bind()).toMatchObject({ credentials: expect.anything() });
  }),
  {
    name: 'several instances are made and cleared away side by side',
    async run(subject) {
      const instances = Array.from({ length: 5 }, () => new InstanceDriver(subject));
      const made = await Promise.allSettled(instances.map((instance) => instance.provision()));
      const cleared = await Promise.allSettled(instances.map((instance) => instance.deprovision()));
      expect([...made, ...cleared].filter(({ status }) => status === 'rejected')).toEqual([]);
    },
  },
  {
    name: 'an instance that does not exist is Gone for a deprovision, and an update or fetch of it is refused',
    async run(subject) {
      const missing = new InstanceDriver(subject);
      await expectRefusal(missing.deprovision(), 'Gone');
      await expectRefusal(missing.update({}));
      if (subject.backend.capabilities.fetchInstance) await expectRefusal(missing.fetch(), 'NotFound');
    },
  },
  onEachPlan('a backend that can fetch an instance tells its plan', async (instance, subject) => {
    await instance.provision();
    if (!subject.backend.capabilities.fetchInstance) return;
    const { planId = instance.ref.planId } = await instance.fetch();
    expect(planId).toBe(instance.ref.planId);
  }),
  onEachPlan('a call whose deadline has passed comes to an end', async (instance, subject) => {
    const operationId = randomUUID();
    const signal = AbortSignal.abort();
    await expectEnd(instance.sendProvision({ operationId, signal }));
    await instance.provision({ operationId });
    await expectEnd(subject.backend.deprovision(instance.ref, instance.call({ signal })));
  }),
];

function onEachPlan(
  name: string,
  story: (instance: InstanceDriver, subject: ContractSubject) => Promise<void>,
): ContractCase {
  return {
    name,
    async run(subject) {
      for (const planId of plansOf(subject)) {
        await withInstance(subject, (instance) => story(instance, subject), { planId });
      }
    },
  };
}

function plansOf({ planId, asyncPlanId }: ContractSubject): string[] {
  return asyncPlanId === undefined ? [planId] : [planId, asyncPlanId];
}

/** A hang is worse than any answer: what happened stays unknown until the deadline of somebody else. */
async function expectEnd(call: Promise<unknown>): Promise<void> {
  const ended = call.then(
    () => 'ended',
    () => 'ended',
  );
  const late = new Promise((resolve) => setTimeout(resolve, 5_000, 'still running after 5 s').unref());
  expect(await Promise.race([ended, late])).toBe('ended');
}
