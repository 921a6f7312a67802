import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import { expectDescription, expectMember, expectNoStatus, expectRefusal, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
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
import { removed } from '../stories/removed.js';
import type { Answer } from '../wire/answer.js';

const section = 'Deprovisioning › Response';
const incomplete = { incomplete: true };

/** Deletes that come while something else runs, each with the part it needs. */
const MEANWHILE = [
  ['slowCreate', deletedWhileCreating],
  ['slowUpdate', deletedWhileUpdating],
  ['slowBind', deletedWhileBinding],
  ['slowUnbind', deletedWhileUnbinding],
] as const;

/** Nothing is told of it any more, where anything is told at all. */
function expectNotTold(broker: BrokerUnderTest, role: Role, fetched: Answer): void {
  if (broker.cast(role).service['instances_retrievable'] === true) expectStatus(fetched, 404);
  else expectNoStatus(fetched, 200);
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

/** What a delete removes, what stands in its way, and what is left. */
export const deprovisionOutcomes: readonly Row[] = [
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
];
