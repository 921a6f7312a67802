import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Instance } from '../broker/resources.js';
import {
  expectDescription,
  expectMember,
  expectNoStatus,
  expectObject,
  expectRefusal,
  expectSame,
  expectStatus,
  expectThat,
  Inapplicable,
} from '../expecting.js';
import type { Area } from '../row.js';
import { isBusy } from '../stories/busy.js';
import { brokenCreate, failedCreate, type FailedCreate } from '../stories/cleaned-up.js';
import {
  deletedWhileBinding,
  deletedWhileCreating,
  deletedWhileUnbinding,
  deletedWhileUpdating,
  type DeletedMeanwhile,
} from '../stories/deleted-meanwhile.js';
import { expectNeverMade, expectStillThere } from '../stories/refused-changes.js';
import { expectKind } from '../stories/well-formed.js';
import { whileDeleting } from '../stories/while-running.js';
import type { Answer } from '../wire/answer.js';

const section = 'Deprovisioning › Response';
const incomplete = { incomplete: true };
const NOBODYS_ID = 'conformance-nobody-offers-this';

/** Deletes that come while something else runs, each with the part it needs. */
const MEANWHILE = [
  ['slowCreate', deletedWhileCreating],
  ['slowUpdate', deletedWhileUpdating],
  ['slowBind', deletedWhileBinding],
  ['slowUnbind', deletedWhileUnbinding],
] as const;

/** An instance that was removed, and the answer that said so first. */
async function removed(broker: BrokerUnderTest): Promise<{ readonly instance: Instance; readonly answer: Answer }> {
  const instance = await broker.made('any');
  const answer = await instance.settled(await instance.deprovision(incomplete));
  return { instance, answer };
}

/** Nothing is told of it any more, where anything is told at all. */
function expectNotTold(broker: BrokerUnderTest, role: Role, fetched: Answer): void {
  if (broker.cast(role).service['instances_retrievable'] === true) expectStatus(fetched, 404);
  else expectNoStatus(fetched, 200);
}

/** Deletes of an instance with these queries are refused and remove nothing. */
async function expectQueriesRefused(broker: BrokerUnderTest, queries: (instance: Instance) => readonly Readonly<Record<string, string>>[]): Promise<void> {
  const instance = await broker.made('any');
  for (const ids of queries(instance)) {
    const query = new URLSearchParams({ ...ids, accepts_incomplete: 'true' }).toString();
    expectRefusal(await instance.deprovision({ query }), 400);
  }
  await expectStillThere(instance);
}

/** A delete that failed may tell whether the instance can be used, removes nothing, and can be repeated. */
async function expectRepeatable(broker: BrokerUnderTest, role: 'failingDelete' | 'brokenDelete'): Promise<void> {
  const instance = await broker.made(role);
  const answer = await instance.deprovision(incomplete);
  const failure = answer.status === 202 ? await instance.ended(answer) : answer;
  if (answer.status === 202) expectMember(failure, 'state', 'failed');
  else expectThat(failure.status >= 500, `${failure.story}; expected 5xx, as the profile says`);
  const { instance_usable: usable } = failure.body;
  expectThat(usable === undefined || typeof usable === 'boolean', `${failure.story}; expected instance_usable to be true or false`);
  const again = await instance.deprovision(incomplete);
  expectStatus(again, 200, 202);
  await instance.settled(again);
}

/** Removing instances. */
export const deprovisioning: Area = {
  code: 'DEP',
  rows: [
    {
      number: 414,
      level: 'MUST',
      endpoint: 'deprovision',
      section,
      since: '2.13',
      title: 'answers 200 with a JSON object when it removed an instance at once',
      needs: ['sync'],
      check: async (broker) => {
        const answer = await (await broker.made('sync')).deprovision();
        expectStatus(answer, 200);
        expectObject(answer);
      },
    },
    {
      number: 415,
      level: 'MUST',
      endpoint: 'deprovision',
      section,
      since: '2.13',
      title: 'answers 202 to a delete it finishes later, and names it, if at all, by a text of at most 10,000 characters',
      needs: ['async'],
      check: async (broker) => {
        const instance = await broker.made('async');
        const accepted = await instance.deprovision(incomplete);
        expectStatus(accepted, 202);
        if (!('operation' in expectObject(accepted))) return;
        expectKind(accepted, 'operation', 'text');
        expectThat((accepted.word('operation') ?? '').length <= 10_000, `${accepted.story}; expected a shorter operation`);
      },
    },
    {
      number: 416,
      level: 'MUST',
      endpoint: 'deprovision',
      section,
      since: '2.13',
      title: 'answers 202 with the same operation to the same delete while it runs',
      needs: ['slowDelete'],
      check: async (broker) => {
        const { accepted, again } = await broker.once(whileDeleting);
        expectStatus(again, 202);
        expectSame(accepted, again, 'operation');
      },
    },
    {
      number: 417,
      level: 'MUST',
      endpoint: 'deprovision',
      section,
      since: '2.13',
      title: 'answers 400 to a delete without a service_id, or with an empty one, and removes nothing',
      needs: ['any'],
      check: (broker) => expectQueriesRefused(broker, ({ planId: plan_id }) => [{ plan_id }, { service_id: '', plan_id }]),
    },
    {
      number: 418,
      level: 'MUST',
      endpoint: 'deprovision',
      section,
      since: '2.13',
      title: 'answers 400 to a delete without a plan_id, or with an empty one, and removes nothing',
      needs: ['any'],
      check: (broker) => expectQueriesRefused(broker, ({ serviceId: service_id }) => [{ service_id }, { service_id, plan_id: '' }]),
    },
    {
      number: 419,
      level: 'MUST',
      endpoint: 'deprovision',
      section,
      since: '2.13',
      title: 'answers 410 to the delete of an instance that never was, or is gone',
      needs: ['any'],
      check: async (broker) => {
        const { instance: gone } = await broker.once(removed);
        for (const instance of [broker.instance('any'), gone]) {
          expectStatus(await instance.deprovision(), 410);
          expectStatus(await instance.deprovision(incomplete), 410);
        }
      },
    },
    {
      number: 420,
      level: 'MUST',
      endpoint: 'deprovision',
      section: 'Deprovisioning › Response; Service Broker Errors',
      since: '2.14',
      title: 'answers 410 to the delete of what it refused to make, and keeps what had the id already',
      needs: ['any'],
      check: async (broker) => {
        const unnamed = broker.instance('any');
        expectStatus(await unnamed.provision({ service_id: undefined }, incomplete), 400);
        await expectNeverMade(unnamed);
        if (broker.parts.has('asyncOnly')) {
          const later = broker.instance('asyncOnly');
          expectStatus(await later.provision(), 422);
          await expectNeverMade(later);
        }
        const owned = await broker.made('any');
        expectStatus(await owned.provision({ space_guid: 'conformance-another-space' }, incomplete), 409);
        await expectStillThere(owned);
      },
    },
    {
      number: 421,
      level: 'MUST',
      endpoint: 'deprovision',
      section,
      since: '2.15',
      title: 'turns a delete away for what runs by 422 ConcurrencyError only, else carries it out',
      check: async (broker) => {
        const stories = MEANWHILE.filter(([role]) => broker.parts.has(role)).map(([, story]) => story);
        if (stories.length === 0) throw new Inapplicable('the profile names nothing that takes its time');
        const played = await Promise.all(stories.map((story) => broker.once<DeletedMeanwhile>(story)));
        for (const { withoutFlag, withFlag } of played) {
          if (withoutFlag.status !== 200) expectRefusal(withoutFlag, 422);
          if (withFlag && !isBusy(withFlag)) expectStatus(withFlag, 200, 202);
        }
      },
    },
    {
      number: 422,
      level: 'MUST',
      endpoint: 'deprovision',
      section: 'Deprovisioning',
      since: '2.15',
      title: 'leaves nothing of an instance whose delete it accepted while it was made',
      needs: ['slowCreate'],
      check: async (broker) => {
        const { withoutFlag, withFlag, fetched, deletedAgain } = await broker.once(deletedWhileCreating);
        if (withFlag && isBusy(withFlag)) throw new Inapplicable(`it accepts no delete meanwhile: ${withFlag.story}`);
        expectStatus(withFlag ?? withoutFlag, 200, 202);
        expectNotTold(broker, 'slowCreate', fetched);
        expectStatus(deletedAgain, 410);
      },
    },
    {
      number: 423,
      level: 'MUST*',
      endpoint: 'deprovision',
      section: 'Orphan Mitigation',
      since: '2.13',
      title: 'removes what a failed create left, and tells nothing of it then',
      needs: ['failingCreate'],
      check: async (broker) => {
        const stories = broker.parts.has('brokenCreate') ? [failedCreate, brokenCreate] : [failedCreate];
        for (const story of stories) {
          const { deletes, fetched, deletedAgain } = await broker.once<FailedCreate>(story);
          // The broker may be cleaning up already.
          for (const answer of deletes) if (!isBusy(answer)) expectStatus(answer, 200, 202, 410);
          expectNotTold(broker, 'failingCreate', fetched);
          expectStatus(deletedAgain, 410);
        }
      },
    },
    {
      number: 424,
      level: 'OPEN',
      endpoint: 'deprovision',
      section: 'Deprovisioning',
      since: '2.14',
      title: 'removes an instance that has a binding together with it, or refuses to and says why',
      needs: ['anyBindable'],
      check: async (broker) => {
        const binding = await broker.bound('anyBindable');
        const answer = await binding.instance.deprovision(incomplete);
        if (answer.status === 400 || answer.status === 422) {
          expectDescription(answer);
          return expectStillThere(binding);
        }
        expectStatus(answer, 200, 202);
        await binding.instance.settled(answer);
        expectNoStatus(await binding.fetch(), 200);
        expectStatus(await binding.unbind(incomplete), 410);
      },
    },
    {
      number: 425,
      level: 'OPEN',
      endpoint: 'deprovision',
      section: 'Deprovisioning › Parameters',
      since: '2.14',
      title: 'answers 400 to a delete with the service_id of another service, and lets another plan_id be',
      needs: ['any'],
      check: async (broker) => {
        const instance = await broker.made('any');
        expectRefusal(await instance.deprovision({ ...incomplete, query: { service_id: NOBODYS_ID } }), 400);
        await expectStillThere(instance);
        const answer = await instance.deprovision({ ...incomplete, query: { plan_id: NOBODYS_ID } });
        expectStatus(answer, 200, 202);
        await instance.settled(answer);
      },
    },
    {
      number: 426,
      level: 'MAY',
      endpoint: 'deprovision',
      section: 'Deprovisioning › Response; Service Broker Errors',
      since: '2.16',
      title: 'may tell whether an instance can be used whose delete failed, remembers it, and lets it be deleted again',
      check: async (broker) => {
        const roles = (['failingDelete', 'brokenDelete'] as const).filter((role) => broker.parts.has(role));
        if (roles.length === 0) throw new Inapplicable('the profile names no deletes that fail');
        await Promise.all(roles.map((role) => expectRepeatable(broker, role)));
      },
    },
    {
      number: 427,
      level: 'OPEN',
      endpoint: 'deprovision',
      section: 'Provisioning › Route',
      since: '2.16',
      title: 'makes another instance with the id of one it removed, also with another plan',
      needs: ['sync', 'otherPlan'],
      check: async (broker) => {
        const instance = await broker.made('sync');
        await instance.settled(await instance.deprovision(incomplete));
        const another = broker.instance('otherPlan', instance.id);
        const answer = await another.provision({}, incomplete);
        expectStatus(answer, 201, 202);
        await another.settled(answer);
      },
    },
    {
      number: 428,
      level: 'MUST',
      endpoint: 'deprovision',
      section: 'Deprovisioning',
      since: '2.13',
      title: 'can neither tell of, nor change, nor bind what it removed',
      needs: ['any'],
      check: async (broker) => {
        const { instance } = await broker.once(removed);
        expectNotTold(broker, 'any', await instance.fetch());
        for (const answer of [await instance.update({}, incomplete), await instance.binding().bind({}, incomplete)]) {
          expectThat(answer.status >= 400 && answer.status < 500, `${answer.story}; expected 4xx`);
        }
      },
    },
    {
      number: 429,
      level: 'SHOULD',
      endpoint: 'deprovision',
      section: 'Catalog Management',
      since: '2.13',
      title: 'removes instances of plans its catalog does not have any more',
      cannotBeSeen: 'only the operator of a broker can take a plan out of its catalog',
    },
    {
      number: 430,
      level: 'OPEN',
      endpoint: 'deprovision',
      section: 'Deprovisioning › Parameters',
      since: '2.13',
      title: 'answers 400 to a delete with its ids in a body instead of the query, and removes nothing',
      needs: ['any'],
      check: async (broker) => {
        const instance = await broker.made('any');
        const { serviceId: service_id, planId: plan_id } = instance;
        expectRefusal(await instance.deprovision({ query: 'accepts_incomplete=true', body: { service_id, plan_id } }), 400);
        await expectStillThere(instance);
      },
    },
    {
      number: 431,
      level: 'MUST*',
      endpoint: 'deprovision',
      section,
      since: '2.13',
      title: 'has a JSON object for the body of a 410',
      needs: ['any'],
      check: async (broker) => expectRefusal(await broker.instance('any').deprovision(incomplete), 410),
    },
  ],
};
