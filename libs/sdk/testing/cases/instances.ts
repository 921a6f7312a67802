import { randomUUID } from 'node:crypto';
import { ensure, ensureDeleted, ensureRefused, textOf, whenTaken, withInstance, type ContractPromise } from '../contract-promise.js';
import type { ContractSubject } from '../contract-subject.js';
import { InstanceDriver } from '../instance-driver.js';

/** What every backend promises about instances. */
export const instancePromises: readonly ContractPromise[] = [
  {
    name: 'the catalog is an object with services, and the plans under test are in it',
    async keep(subject) {
      const catalog = await subject.backend.catalog({ signal: AbortSignal.timeout(20_000) });
      const service = entryOf(catalog, 'services', subject.serviceId);
      ensure(service !== undefined, `the catalog has no service of the id ${subject.serviceId}`);
      for (const id of plansOf(subject)) ensure(entryOf(service, 'plans', id) !== undefined, `its service has no plan of the id ${id}`);
    },
  },
  onEachPlan('an instance is provisioned and deprovisioned, and is gone then', async (instance) => {
    await instance.provision();
    await instance.deprovision();
    await ensureRefused(instance.deprovision(), 'Gone');
  }),
  onEachPlan('a provision sent again with its operation id ends in one instance', async (instance) => {
    const operationId = randomUUID();
    const first = await instance.provision({ operationId });
    const second = await instance.provision({ operationId });
    ensure(second.dashboardUrl === first.dashboardUrl, 'the second answer has another dashboard URL');
    await instance.deprovision();
    await ensureRefused(instance.deprovision(), 'Gone');
  }),
  onEachPlan('a provision cut off on its way and sent again ends in one instance', async (instance) => {
    const operationId = randomUUID();
    const deadline = new AbortController();
    const cutOff = instance.sendProvision({ operationId, signal: deadline.signal });
    deadline.abort();
    await cutOff.catch(() => undefined);
    await instance.provision({ operationId });
    await instance.deprovision();
    await ensureRefused(instance.deprovision(), 'Gone');
  }),
  onEachPlan('a deprovision sent again with its operation id comes to an end or is Gone', async (instance) => {
    const operationId = randomUUID();
    await instance.provision();
    await instance.deprovision({ operationId });
    const again = instance.deprovision({ operationId });
    await again.catch(() => ensureRefused(again, 'Gone'));
    await ensureRefused(instance.deprovision(), 'Gone');
  }),
  onEachPlan('a deprovision repeated while its first call is under way leaves no instance', async (instance) => {
    await instance.provision();
    const operationId = randomUUID();
    ensureDeleted(await Promise.allSettled([instance.deprovision({ operationId }), instance.deprovision({ operationId })]));
    await ensureRefused(instance.deprovision(), 'Gone');
  }),
  onEachPlan('a deprovision while an accepted create goes on leaves no instance, or is refused with ConcurrencyError and taken later', async (instance) => {
    await instance.sendProvision();
    await whenTaken(() => instance.deprovision());
    await ensureRefused(instance.deprovision(), 'Gone');
  }),
  onEachPlan('the id of a deprovisioned instance serves a new one', async (instance, subject) => {
    await instance.provision();
    await instance.deprovision();
    await withInstance(subject, async (next) => void (await next.provision()), { instanceId: instance.instanceId });
  }),
  {
    name: 'a plan that finishes later accepts, and tells the same end however often it is asked',
    async keep(subject) {
      const { asyncPlanId } = subject;
      if (asyncPlanId === undefined) return;
      const story = async (instance: InstanceDriver): Promise<void> => {
        const operationId = randomUUID();
        const outcome = await instance.sendProvision({ operationId });
        ensure(outcome.kind === 'accepted', `its provision is ${outcome.kind}, not accepted`);
        await instance.provision({ operationId });
        for (const time of ['at first', 'asked again']) {
          const { kind } = await instance.lastOperation('provision', outcome.pollToken);
          ensure(kind === 'succeeded', `of an operation that ended it tells "${kind}" ${time}`);
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
      await update.catch(() => ensureRefused(update));
    }
    if (subject.bindable) ensure((await instance.binding().bind()).credentials !== undefined, 'a bind after it gives no credentials');
  }),
  {
    name: 'several instances are made and cleared away side by side',
    async keep(subject) {
      const instances = Array.from({ length: 5 }, () => new InstanceDriver(subject));
      const made = await Promise.allSettled(instances.map((instance) => instance.provision()));
      const cleared = await Promise.allSettled(instances.map((instance) => instance.deprovision()));
      const failed = [...made, ...cleared].find((end) => end.status === 'rejected');
      ensure(failed === undefined, `one of five failed: ${textOf(failed?.reason)}`);
    },
  },
  {
    name: 'an instance that does not exist is Gone for a deprovision, and an update or fetch of it is refused',
    async keep(subject) {
      const missing = new InstanceDriver(subject);
      await ensureRefused(missing.deprovision(), 'Gone');
      await ensureRefused(missing.update({}));
      if (subject.backend.capabilities.fetchInstance) await ensureRefused(missing.fetch(), 'NotFound');
    },
  },
  onEachPlan('a backend that can fetch an instance tells its plan', async (instance, subject) => {
    await instance.provision();
    if (!subject.backend.capabilities.fetchInstance) return;
    const { planId = instance.ref.planId } = await instance.fetch();
    ensure(planId === instance.ref.planId, `it tells the plan ${planId}; it has ${instance.ref.planId}`);
  }),
  onEachPlan('a call whose deadline has passed comes to an end', async (instance, subject) => {
    const operationId = randomUUID();
    const signal = AbortSignal.abort();
    await ensureEnded(instance.sendProvision({ operationId, signal }));
    await instance.provision({ operationId });
    await ensureEnded(subject.backend.deprovision(instance.ref, instance.call({ signal })));
  }),
];

function onEachPlan(
  name: string,
  story: (instance: InstanceDriver, subject: ContractSubject) => Promise<void>,
): ContractPromise {
  return {
    name,
    async keep(subject) {
      for (const planId of plansOf(subject)) {
        await withInstance(subject, (instance) => story(instance, subject), { planId });
      }
    },
  };
}

/** The member of that list of an object which has the id. */
function entryOf(parent: unknown, list: string, id: string): unknown {
  const entries: unknown = (parent as Record<string, unknown> | null)?.[list];
  return Array.isArray(entries) ? entries.find((entry: { readonly id?: unknown } | null) => entry?.id === id) : undefined;
}

function plansOf({ planId, asyncPlanId }: ContractSubject): string[] {
  return asyncPlanId === undefined ? [planId] : [planId, asyncPlanId];
}

/** A hang is worse than any answer: what happened stays unknown until the deadline of somebody else. */
async function ensureEnded(call: Promise<unknown>): Promise<void> {
  const ended = call.then(
    () => true,
    () => true,
  );
  const late = new Promise<false>((resolve) => setTimeout(resolve, 5_000, false).unref());
  ensure(await Promise.race([ended, late]), 'it is still running after 5 s');
}
