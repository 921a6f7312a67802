import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Instance } from '../broker/resources.js';
import { expectDescription, expectMember, expectRefusal } from '../expecting.js';
import type { Row } from '../row.js';
import { APP } from '../stories/binds.js';
import { anotherPlanOf, expectAccepted } from '../stories/changes.js';
import { expectNeverMade } from '../stories/refused-changes.js';
import { whileCreating, whileDeleting, whileUpdating } from '../stories/while-running.js';
import type { JsonObject } from '../wire/answer.js';

const section = 'Binding › Body';
const incomplete = { incomplete: true };

/** A bind with these changes of its body is carried out. */
async function expectBound(broker: BrokerUnderTest, role: Role, ...all: readonly JsonObject[]): Promise<void> {
  const instance = await broker.made(role);
  for (const changes of all) {
    const binding = instance.binding();
    await expectAccepted(binding, await binding.bind(changes, incomplete), [201, 202]);
  }
}

/** A bind with these changes of its body is refused, and makes nothing. */
async function expectNotBound(instance: Instance, changes: JsonObject, status: number, error?: string): Promise<void> {
  const binding = instance.binding();
  expectRefusal(await binding.bind(changes, incomplete), status, error);
  await expectNeverMade(binding);
}

/** Refused when the member is absent, empty or null. */
async function expectMandatory(broker: BrokerUnderTest, member: string): Promise<void> {
  const instance = await broker.made('anyBindable');
  for (const value of [undefined, '', null]) await expectNotBound(instance, { [member]: value }, 400);
}

/** The body of a bind: what has to be in it, and what may be. */
export const bindBodies: readonly Row[] = [
  {
    number: 328,
    level: 'MUST',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'answers 400 to a bind without service_id, or with an empty one',
    needs: ['anyBindable'],
    check: (broker) => expectMandatory(broker, 'service_id'),
  },
  {
    number: 329,
    level: 'MUST',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'answers 400 to a bind without plan_id, or with an empty one',
    needs: ['anyBindable'],
    check: (broker) => expectMandatory(broker, 'plan_id'),
  },
  {
    number: 330,
    level: 'MAY',
    endpoint: 'bind',
    section: 'Binding › Response',
    since: '2.16',
    title: 'answers 400 to a bind with another service or plan than the instance has',
    needs: ['anyBindable'],
    check: async (broker) => {
      const instance = await broker.made('anyBindable');
      await expectNotBound(instance, { plan_id: anotherPlanOf(instance.cast) }, 400);
      await expectNotBound(instance, { service_id: 'conformance-nobody-offers-this' }, 400);
    },
  },
  {
    number: 331,
    level: 'OPEN',
    endpoint: 'bind',
    section: 'Binding › Response',
    since: '2.13',
    title: 'answers 404 to a bind to an instance it does not know',
    needs: ['anyBindable'],
    check: async (broker) => expectRefusal(await broker.instance('anyBindable').binding().bind({}, incomplete), 404),
  },
  {
    number: 332,
    level: 'MUST',
    endpoint: 'bind',
    section: 'Blocking Operations',
    since: '2.14',
    title: 'answers 422 ConcurrencyError to a bind while the instance is made, changed or removed, and refuses one when it failed',
    needs: ['slowCreate', 'slowUpdate', 'slowDelete', 'failingCreate'],
    check: async (broker) => {
      const [created, updated, deleted] = await Promise.all([broker.once(whileCreating), broker.once(whileUpdating), broker.once(whileDeleting)]);
      for (const { bound } of [created, updated, deleted]) expectRefusal(bound, 422, 'ConcurrencyError');
      const failed = broker.instance('failingCreate');
      expectMember(await failed.ended(await failed.provision({}, incomplete)), 'state', 'failed');
      const bound = await failed.binding().bind({}, incomplete);
      // The reference leaves out 404, which a broker answers that has begun to clean up.
      expectRefusal(bound, [400, 404, 422]);
      expectDescription(bound);
    },
  },
  {
    number: 333,
    level: 'OPEN',
    endpoint: 'bind',
    section: 'Binding',
    since: '2.13',
    title: 'answers 400 to a bind to a plan that cannot be bound, and says why',
    needs: ['notBindable'],
    check: async (broker) => {
      const answer = await (await broker.made('notBindable')).binding().bind({}, incomplete);
      expectRefusal(answer, 400);
      expectDescription(answer);
    },
  },
  {
    number: 334,
    level: 'MUST',
    endpoint: 'bind',
    section: 'Binding › Response',
    since: '2.13',
    title: 'answers 422 RequiresApp to a bind without an app where the plan can be bound to an app only',
    needs: ['requiresApp'],
    check: async (broker) => {
      const instance = await broker.made('requiresApp');
      for (const changes of [{}, { bind_resource: {} }]) await expectNotBound(instance, changes, 422, 'RequiresApp');
    },
  },
  {
    number: 335,
    level: 'MUST*',
    endpoint: 'bind',
    section: 'Binding › Body; Bind Resource Object',
    since: '2.13',
    title: 'finds the app in bind_resource, and in the body itself, deprecated as that is',
    needs: ['requiresApp'],
    check: (broker) => expectBound(broker, 'requiresApp', { bind_resource: { app_guid: APP } }, { app_guid: APP }),
  },
  {
    number: 336,
    level: 'MUST*',
    endpoint: 'bind',
    section: 'Bind Resource Object',
    since: '2.13',
    title: 'carries out a bind without a bind_resource, or with an empty one, where the plan needs no app',
    needs: ['anyBindable'],
    check: (broker) => expectBound(broker, 'anyBindable', { bind_resource: undefined }, { bind_resource: {} }),
  },
  {
    number: 337,
    level: 'MUST*',
    endpoint: 'bind',
    section: 'Bind Resource Object; profile › Bind Resource Object',
    since: '2.14',
    title: 'carries out a bind whose bind_resource has members of a profile, or some it does not know',
    needs: ['anyBindable'],
    check: (broker) =>
      expectBound(
        broker,
        'anyBindable',
        { bind_resource: { app_guid: APP, space_guid: 'a-space', app_annotations: { 'example.com/team': 'blue' } } },
        { bind_resource: { credential_client_id: 'a-client' } },
        { bind_resource: { conformance: { nobody: ['knows', 'this'] } } },
      ),
  },
  {
    number: 338,
    level: 'MUST*',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'carries out a bind with a context of any platform, and without one',
    needs: ['anyBindable'],
    check: (broker) =>
      expectBound(
        broker,
        'anyBindable',
        { context: undefined },
        { context: { platform: 'kubernetes', namespace: 'conformance', clusterid: 'a-cluster' } },
        { context: { platform: 'conformance', nobody: { knows: 'this' } } },
      ),
  },
];
