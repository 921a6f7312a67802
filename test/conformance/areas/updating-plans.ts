import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import { planIdOf } from '../broker/offered.js';
import { expectDescription, expectMember, expectRefusal, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import { anotherPlanOf, expectAccepted, maintenanceVersion } from '../stories/changes.js';
import { fetchedIfAnnounced } from '../stories/creates.js';
import { expectUntouched, madeTelling, told, updatedWith } from '../stories/updates.js';
import type { JsonObject } from '../wire/answer.js';

const section = 'Updating a Service Instance';
const response = `${section} › Response`;
const body = `${section} › Body`;
const incomplete = { incomplete: true };
const NOBODYS_ID = 'conformance-nobody-offers-this';

const renamed = (platform: string): JsonObject => ({ platform, instance_name: 'renamed', space_name: 'renamed' });

/** An update with these changes is refused with 422 and a reason, and leaves the instance as it was. */
async function expectRefused(broker: BrokerUnderTest, role: Role, plan: unknown): Promise<void> {
  const instance = await madeTelling(broker, role);
  await expectUntouched(instance, async () => {
    const answer = await instance.update({ plan_id: plan }, incomplete);
    expectRefusal(answer, 422);
    expectDescription(answer);
  });
}

/** Changes of plan, context and version, and what the platform says of the past. */
export const updatePlans: readonly Row[] = [
  {
    number: 296,
    level: 'MUST*',
    endpoint: 'update',
    section,
    since: '2.13',
    title: 'changes the plan of an instance whose plan announces that it can be changed',
    needs: ['updateable', 'updateTarget'],
    check: async (broker) => {
      const instance = await broker.made('updateable');
      const target = planIdOf(broker.cast('updateTarget'));
      await expectAccepted(instance, await instance.update({ plan_id: target }, incomplete), [200, 202]);
      expectMember(await told(instance), 'plan_id', target);
    },
  },
  {
    number: 297,
    level: 'MUST',
    endpoint: 'update',
    section: response,
    since: '2.13',
    title: 'answers 422 with a description to a change of a plan that cannot be changed, and keeps the plan',
    needs: ['notUpdateable'],
    check: (broker) => expectRefused(broker, 'notUpdateable', anotherPlanOf(broker.cast('notUpdateable'))),
  },
  {
    number: 298,
    level: 'MUST',
    endpoint: 'update',
    section: response,
    since: '2.13',
    title: 'answers 422 with a description to a change between two plans it does not support',
    needs: ['refusedUpdate', 'updateTarget'],
    check: (broker) => expectRefused(broker, 'refusedUpdate', planIdOf(broker.cast('updateTarget'))),
  },
  {
    number: 299,
    level: 'MUST',
    endpoint: 'update',
    section: response,
    since: '2.13',
    title: 'answers 422 to the change of an instance that is too large for the other plan',
    needs: ['overQuota', 'updateTarget'],
    check: (broker) => expectRefused(broker, 'overQuota', planIdOf(broker.cast('updateTarget'))),
  },
  {
    number: 300,
    level: 'MUST*',
    endpoint: 'update',
    section,
    since: '2.14',
    title: 'takes new parameters for an instance whose plan cannot be changed',
    needs: ['notUpdateable'],
    check: async (broker) => {
      const instance = await broker.made('notUpdateable');
      await expectAccepted(instance, await updatedWith(instance, { conformance: 'after' }), [200, 202]);
    },
  },
  {
    number: 301,
    level: 'MUST*',
    endpoint: 'update',
    section,
    since: '2.14',
    title: 'does not take the plan an instance has for a change of plan',
    needs: ['notUpdateable'],
    check: async (broker) => {
      const instance = await broker.made('notUpdateable');
      await expectAccepted(instance, await updatedWith(instance, { conformance: 'after' }, { plan_id: instance.planId }), [200, 202]);
    },
  },
  {
    number: 302,
    level: 'MUST*',
    endpoint: 'update',
    section,
    since: '2.15',
    title: 'takes nothing but a new context where it announces allow_context_updates, and changes nothing else',
    needs: ['any', 'contextUpdates'],
    check: async (broker) => {
      const instance = await madeTelling(broker, 'any');
      await expectUntouched(instance, async () => {
        const answer = await instance.update({ parameters: undefined, context: renamed('cloudfoundry') }, incomplete);
        await expectAccepted(instance, answer, [200, 202]);
      });
    },
  },
  {
    number: 303,
    level: 'OPEN',
    endpoint: 'update',
    section,
    since: '2.15',
    title: 'takes or answers 422 to nothing but a new context where it does not announce allow_context_updates',
    needs: ['noContextUpdates'],
    check: async (broker) => {
      const instance = await broker.made('noContextUpdates');
      const answer = await instance.update({ parameters: undefined, context: renamed('kubernetes') }, incomplete);
      if (answer.status === 422) return expectDescription(answer);
      await expectAccepted(instance, answer, [200, 202]);
    },
  },
  {
    number: 304,
    level: 'MUST*',
    endpoint: 'update',
    section,
    since: '2.15',
    title: 'carries out an update to the version the plan has in the catalog',
    needs: ['withMaintenance'],
    check: async (broker) => {
      const instance = await broker.made('withMaintenance');
      const version = maintenanceVersion(broker);
      await expectAccepted(instance, await instance.update({ maintenance_info: { version } }, incomplete), [200, 202]);
      const info = (await fetchedIfAnnounced(instance))?.body['maintenance_info'] as JsonObject | undefined;
      expectThat((info?.['version'] ?? version) === version, `after the update the instance has ${JSON.stringify(info)}; expected ${version}`);
    },
  },
  {
    number: 305,
    level: 'MUST',
    endpoint: 'update',
    section: response,
    since: '2.15',
    title: 'answers 422 MaintenanceInfoConflict to an update to another version, and applies nothing of it',
    needs: ['withMaintenance'],
    check: async (broker) => {
      const instance = await madeTelling(broker, 'withMaintenance');
      await expectUntouched(instance, async () => {
        for (const version of ['9999.9.9', 'Invalid']) {
          const changes = { maintenance_info: { version }, parameters: { ...instance.cast.update, conformance: 'after' } };
          expectRefusal(await instance.update(changes, incomplete), 422, 'MaintenanceInfoConflict');
        }
      });
    },
  },
  {
    number: 306,
    level: 'OPEN',
    endpoint: 'update',
    section: `${body}; Response`,
    since: '2.15',
    title: 'compares the version in a change of plan with that of the new plan',
    needs: ['updateable', 'withMaintenance'],
    check: async (broker) => {
      const { service, plan } = broker.cast('updateable');
      const target = broker.cast('withMaintenance');
      if (target.service['id'] !== service['id']) throw new Inapplicable('the plans updateable and withMaintenance are of two services');
      if (target.plan['id'] === plan['id']) throw new Inapplicable('the plans updateable and withMaintenance are one');
      const instance = await broker.made('updateable');
      const current = (plan['maintenance_info'] as JsonObject | undefined)?.['version'] ?? '9999.9.9';
      const to = (version: unknown): JsonObject => ({ plan_id: planIdOf(target), maintenance_info: { version } });
      expectRefusal(await instance.update(to(current), incomplete), 422, 'MaintenanceInfoConflict');
      await expectAccepted(instance, await instance.update(to(maintenanceVersion(broker)), incomplete), [200, 202]);
    },
  },
  {
    number: 307,
    level: 'OPEN',
    endpoint: 'update',
    section: 'Previous Values Object',
    since: '2.13',
    title: 'decides nothing by previous_values, be they absent, in part or wrong',
    needs: ['notUpdateable'],
    check: async (broker) => {
      const instance = await broker.made('notUpdateable');
      const other = anotherPlanOf(instance.cast);
      const wrong = { plan_id: other, organization_id: 'another', space_id: 'another', maintenance_info: { version: '9999.9.9' } };
      await expectUntouched(instance, async () => {
        for (const previous of [undefined, {}, { plan_id: NOBODYS_ID }, { plan_id: instance.planId }, wrong]) {
          const answer = await instance.update({ parameters: undefined, previous_values: previous }, incomplete);
          await expectAccepted(instance, answer, [200, 202]);
        }
        expectStatus(await instance.update({ plan_id: other, previous_values: { plan_id: other } }, incomplete), 422);
      });
    },
  },
  {
    number: 308,
    level: 'MUST*',
    endpoint: 'update',
    section: 'Previous Values Object',
    since: '2.13',
    title: 'takes the deprecated service, organization and space in previous_values',
    needs: ['any'],
    check: async (broker) => {
      const instance = await broker.made('any');
      const { service_id, organization_guid, space_guid } = instance.provisionBody;
      const previous = { service_id, plan_id: instance.planId, organization_id: organization_guid, space_id: space_guid };
      await expectAccepted(instance, await instance.update({ previous_values: previous }, incomplete), [200, 202]);
    },
  },
];
