import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Binding, Instance } from '../broker/resources.js';
import { expectNoStatus, expectStatus, expectThat } from '../expecting.js';
import type { Row } from '../row.js';
import { cleanedUp, remove } from '../stories/cleaned-up.js';
import { CHANGES } from '../stories/every-call.js';
import { expectNeverMade, expectStillThere } from '../stories/refused-changes.js';
import { expectUntouched, madeTelling } from '../stories/updates.js';
import type { Answer, JsonObject } from '../wire/answer.js';

const codes = 'Service Broker Errors › Error Codes';
const incomplete = { incomplete: true };
const NOBODYS_ID = 'conformance-nobody-offers-this';

/** What is refused of the changes of an instance and its binding. */
async function refusedChanges(instance: Instance, binding: Binding | undefined): Promise<Answer[]> {
  const parameters = { conformance: 'after' };
  const onInstance = [
    await instance.provision({ space_guid: NOBODYS_ID }, incomplete),
    await instance.provision({ plan_id: undefined }, incomplete),
    await instance.update({ service_id: undefined, parameters }, incomplete),
    await instance.update({ service_id: NOBODYS_ID, parameters }, incomplete),
    await instance.update({ plan_id: NOBODYS_ID, parameters }, incomplete),
    await instance.deprovision({ ...incomplete, query: { service_id: '' } }),
    await instance.deprovision({ ...incomplete, query: { plan_id: '' } }),
  ];
  if (!binding) return onInstance;
  return [
    ...onInstance,
    await binding.bind({ service_id: undefined, plan_id: undefined }, incomplete),
    await binding.bind({ parameters: [] }, incomplete),
    await binding.unbind({ ...incomplete, query: { service_id: '' } }),
    await binding.unbind({ ...incomplete, query: { plan_id: '' } }),
  ];
}

/** Creates that are refused. */
const WRONG_CREATES: readonly JsonObject[] = [
  { service_id: undefined },
  { plan_id: NOBODYS_ID },
  { organization_guid: '' },
  { parameters: [] },
  { context: 'kubernetes' },
];

async function expectBrokenDown(sent: Promise<Answer>): Promise<void> {
  const answer = await sent;
  expectThat(answer.status >= 500, `${answer.story}; expected 5xx, as the profile says`);
}

/** A create that breaks down leaves nothing to be read, and can be removed. */
async function expectNothingMade(broker: BrokerUnderTest, target: Instance | Binding): Promise<void> {
  await expectBrokenDown('bind' in target ? target.bind({}, incomplete) : target.provision({}, incomplete));
  expectNoStatus(await target.fetch(), 200);
  await cleanedUp(broker, target);
}

/** A delete that breaks down leaves all in place, and can be repeated. */
async function expectNothingRemoved(broker: BrokerUnderTest, target: Instance | Binding, announced: boolean): Promise<void> {
  await expectBrokenDown(remove(target));
  if (announced) expectStatus(await target.fetch(), 200);
  await cleanedUp(broker, target);
}

const announces = (broker: BrokerUnderTest, role: Role, flag: string): boolean => broker.cast(role).service[flag] === true;

/** An update that is answered with an error applies nothing. */
async function expectNotApplied(broker: BrokerUnderTest, role: Role, changes: JsonObject = {}): Promise<void> {
  const instance = await madeTelling(broker, role);
  await expectUntouched(instance, async () => {
    const answer = await instance.update(changes, incomplete);
    expectThat(answer.status >= 400, `${answer.story}; expected an error`);
  });
}

/** What an error leaves behind: what was there before, and nothing else. */
export const errorEffects: readonly Row[] = [
  {
    number: 86,
    level: 'MUST',
    endpoint: CHANGES,
    section: codes,
    since: '2.14',
    title: 'changes nothing on requests it answers 4xx: what was there stays as it was, and nothing comes to be',
    needs: ['any'],
    check: async (broker) => {
      for (const changes of WRONG_CREATES) {
        const fresh = broker.instance('any');
        expectStatus(await fresh.provision(changes, incomplete), 400);
        await expectNeverMade(fresh);
      }
      const role = broker.parts.has('bindable') ? 'bindable' : 'any';
      const instance = await broker.made(role);
      const binding = broker.parts.has('bindable') ? instance.binding() : undefined;
      if (binding) await binding.settled(await binding.bind({}, incomplete));
      await expectUntouched(instance, async () => {
        for (const answer of await refusedChanges(instance, binding)) expectStatus(answer, 400, 404, 409, 422);
      });
      await expectStillThere(instance);
      if (binding) await expectStillThere(binding);
    },
  },
  {
    number: 87,
    level: 'SHOULD',
    endpoint: ['provision', 'deprovision', 'bind', 'unbind'],
    section: codes,
    since: '2.14',
    title: 'changes nothing on requests it answers 5xx, as far as it can: what it did not make is not there, what it did not remove still is',
    needs: ['brokenCreate'],
    check: async (broker) => {
      const { parts } = broker;
      await expectNothingMade(broker, broker.instance('brokenCreate'));
      if (parts.has('brokenBind')) await expectNothingMade(broker, (await broker.made('brokenBind')).binding());
      if (parts.has('brokenDelete')) {
        await expectNothingRemoved(broker, await broker.made('brokenDelete'), announces(broker, 'brokenDelete', 'instances_retrievable'));
      }
      if (parts.has('brokenUnbind')) {
        await expectNothingRemoved(broker, await broker.bound('brokenUnbind'), announces(broker, 'brokenUnbind', 'bindings_retrievable'));
      }
    },
  },
  {
    number: 88,
    level: 'MUST NOT',
    endpoint: 'update',
    section: 'Updating a Service Instance › Response',
    since: '2.14',
    title: 'applies no part of an update it answers with an error, neither plan nor parameters nor version',
    needs: ['any'],
    check: async (broker) => {
      const { parts } = broker;
      const parameters = { conformance: 'after' };
      await expectNotApplied(broker, 'any', { service_id: '', parameters });
      await expectNotApplied(broker, 'any', { maintenance_info: { version: 7 }, parameters });
      if (parts.has('withMaintenance')) await expectNotApplied(broker, 'withMaintenance', { maintenance_info: { version: '9999.9.9' }, parameters });
      if (parts.has('refusedUpdate') && parts.has('updateTarget')) {
        await expectNotApplied(broker, 'refusedUpdate', { plan_id: broker.cast('updateTarget').plan['id'] });
      }
      if (parts.has('brokenUpdate')) await expectNotApplied(broker, 'brokenUpdate');
    },
  },
];
