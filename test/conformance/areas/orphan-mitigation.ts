import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Binding, Instance } from '../broker/resources.js';
import { expectMember, expectNoStatus, expectObject, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Area } from '../row.js';
import { binds } from '../stories/binds.js';
import { isBusy } from '../stories/busy.js';
import {
  brokenBind,
  brokenCreate,
  cleanedUp,
  failedBind,
  failedCreate,
  hungUpOnCreate,
  remove,
  type FailedCreate,
} from '../stories/cleaned-up.js';
import { creates } from '../stories/creates.js';
import { expectStillThere } from '../stories/refused-changes.js';
import { rejections } from '../stories/rejections.js';
import { failing } from '../stories/updates.js';
import { expectWellFormed, type Kind } from '../stories/well-formed.js';
import { whileCreating, whileDeleting, whileUpdating } from '../stories/while-running.js';
import type { Answer } from '../wire/answer.js';

const section = 'Orphan Mitigation';
const incomplete = { incomplete: true };

const INSTANCE_MEMBERS: Readonly<Record<string, Kind>> = { dashboard_url: 'text or null', operation: 'text or null', metadata: 'object' };
const BINDING_MEMBERS: Readonly<Record<string, Kind>> = {
  credentials: 'object',
  syslog_drain_url: 'text or null',
  route_service_url: 'text or null',
  volume_mounts: 'list',
  endpoints: 'list',
  operation: 'text or null',
  metadata: 'object',
};

/** The only words that keep a platform from cleaning up after a 422. */
const KNOWN_WORDS = ['AsyncRequired', 'ConcurrencyError', 'RequiresApp', 'MaintenanceInfoConflict'];

/** Creates that fail, each with the part it needs. */
const FAILURES = [
  ['failingCreate', failedCreate],
  ['brokenCreate', brokenCreate],
  ['failingBind', failedBind],
  ['brokenBind', brokenBind],
] as const;

/** What a platform that cleans up can be told; what it goes on after, too. */
function expectGoingWell(deletes: readonly Answer[]): void {
  for (const answer of deletes) {
    expectStatus(answer, 200, 202, 410, 422);
    expectThat(answer.status !== 422 || isBusy(answer), `${answer.story}; expected the error ConcurrencyError`);
  }
}

/** It ended badly, and can be removed all the same, and again. */
async function expectRemovable(broker: BrokerUnderTest, target: Instance | Binding, ended: Answer): Promise<void> {
  expectMember(ended, 'state', 'failed');
  expectGoingWell(await cleanedUp(broker, target));
  expectStatus(await remove(target), 200, 410);
}

/** An update that fails, breaks down, or whose answer nobody waits for. */
async function inVain(broker: BrokerUnderTest, instance: Instance, role: 'failingUpdate' | 'brokenUpdate' | 'slowUpdate'): Promise<void> {
  if (role === 'failingUpdate') return expectMember(await failing(instance), 'state', 'failed');
  if (role === 'slowUpdate') return void (await instance.update({}, { patienceMs: broker.limits.pollMs }).catch(() => undefined));
  const answer = await instance.update({}, incomplete);
  expectThat(answer.status >= 500, `${answer.story}; expected 5xx, as the profile says`);
}

/** First answers, or second ones, that have this status and are to be well formed. */
async function expectAllWellFormed(broker: BrokerUnderTest, which: 'first' | 'again', ...statuses: readonly number[]): Promise<void> {
  const bound = broker.parts.has('anyBindable') ? await broker.once(binds) : [];
  const wanted = ({ [which]: answer }: { first: Answer; again: Answer }): Answer[] => (statuses.includes(answer.status) ? [answer] : []);
  const [instances, bindings] = [(await broker.once(creates)).flatMap(wanted), bound.flatMap(wanted)];
  if (instances.length + bindings.length === 0) throw new Inapplicable(`no create is answered ${statuses.join(' or ')}`);
  for (const answer of instances) expectWellFormed(answer, INSTANCE_MEMBERS);
  for (const answer of bindings) expectWellFormed(answer, BINDING_MEMBERS);
}

/** Orphan mitigation as a broker sees it. */
export const orphanMitigation: Area = {
  code: 'ORP',
  rows: [
    {
      number: 432,
      level: 'MUST*',
      endpoint: 'deprovision',
      section: 'Orphan Mitigation; Deprovisioning',
      since: '2.15',
      title: 'removes for good what it was making when the platform hung up, also where the delete comes before it is made',
      needs: ['lateCreate'],
      check: async (broker) => {
        const { deletes, later, fetched } = await broker.once(hungUpOnCreate);
        expectGoingWell(deletes);
        for (const answer of later) expectStatus(answer, 410);
        expectNoStatus(fetched, 200);
      },
    },
    {
      number: 433,
      level: 'MUST*',
      endpoint: ['deprovision', 'unbind'],
      section,
      since: '2.13',
      title: 'answers 200, 202, 410 or 422 ConcurrencyError to each delete after a failed create, until it went well',
      check: async (broker) => {
        const stories = FAILURES.filter(([role]) => broker.parts.has(role)).map(([, story]) => story);
        if (stories.length === 0) throw new Inapplicable('the profile names no creates that fail');
        for (const story of stories) {
          const { deletes, deletedAgain } = await broker.once<FailedCreate>(story);
          expectGoingWell(deletes);
          expectStatus(deletedAgain, 200, 410);
        }
      },
    },
    {
      number: 434,
      level: 'MUST*',
      endpoint: ['deprovision', 'unbind'],
      section: 'Originating Identity',
      since: '2.13',
      title: 'carries out deletes without an originating identity, also of what was made with one',
      needs: ['any'],
      check: async (broker) => {
        const headers = { 'X-Broker-API-Originating-Identity': `cloudfoundry ${btoa(JSON.stringify({ user_id: 'conformance' }))}` };
        const instance = broker.instance(broker.parts.has('anyBindable') ? 'anyBindable' : 'any');
        await instance.settled(await instance.provision({}, { ...incomplete, headers }));
        if (broker.parts.has('anyBindable')) {
          const binding = instance.binding();
          await binding.settled(await binding.bind({}, { ...incomplete, headers }));
          const unbound = await binding.unbind(incomplete);
          expectStatus(unbound, 200, 202);
          await binding.settled(unbound);
        }
        const deleted = await instance.deprovision(incomplete);
        expectStatus(deleted, 200, 202);
        await instance.settled(deleted);
      },
    },
    {
      number: 435,
      level: 'MUST*',
      endpoint: ['provision', 'bind'],
      section,
      since: '2.17',
      title: 'answers a create by a 201 or 202 that is well formed, since the platform deletes after any other',
      needs: ['any'],
      check: (broker) => expectAllWellFormed(broker, 'first', 201, 202),
    },
    {
      number: 436,
      level: 'MUST*',
      endpoint: ['provision', 'bind'],
      section,
      since: '2.13',
      title: 'answers a repeated create by a 200 that is well formed, since the platform leaves things behind after any other',
      needs: ['any'],
      check: (broker) => expectAllWellFormed(broker, 'again', 200),
    },
    {
      number: 437,
      level: 'MUST*',
      endpoint: ['provision', 'bind'],
      section: 'Orphan Mitigation; Service Broker Errors',
      since: '2.13',
      title: 'turns creates away by 4xx with a JSON object, and by 422 only with an error word of the specification',
      needs: ['any'],
      check: async (broker) => {
        const answers = await broker.once(rejections);
        if (answers.length === 0) throw new Inapplicable('it turns nothing away');
        for (const answer of answers) {
          expectThat(answer.status >= 400 && answer.status < 500, `${answer.story}; expected 4xx`);
          const { error } = expectObject(answer);
          expectThat(answer.status !== 422 || KNOWN_WORDS.includes(String(error)), `${answer.story}; expected 400, or a known error`);
        }
      },
    },
    {
      number: 438,
      level: 'MUST*',
      endpoint: 'last operation',
      section,
      since: '2.15',
      title: 'can remove an instance it told of that it failed, and be asked to twice',
      needs: ['failingCreate'],
      check: async (broker) => {
        const { ended, deletes, deletedAgain } = await broker.once(failedCreate);
        expectThat(ended?.body['state'] === 'failed', `${ended?.story ?? 'it was not accepted'}; expected it to fail after a 202`);
        expectGoingWell(deletes);
        expectStatus(deletedAgain, 200, 410);
      },
    },
    {
      number: 439,
      level: 'SHOULD',
      endpoint: 'last operation',
      section,
      since: '2.15',
      title: 'can remove an instance whose first delete failed',
      needs: ['failingDelete'],
      check: async (broker) => {
        const instance = await broker.made('failingDelete');
        await expectRemovable(broker, instance, await instance.ended(await instance.deprovision(incomplete)));
      },
    },
    {
      number: 440,
      level: 'SHOULD',
      endpoint: 'last operation of a binding',
      section,
      since: '2.15',
      title: 'can remove a binding that failed, or whose first unbind did',
      needs: ['failingBind', 'failingUnbind'],
      check: async (broker) => {
        const { ended, deletes, deletedAgain } = await broker.once(failedBind);
        expectThat(ended?.body['state'] === 'failed', `${ended?.story ?? 'it was not accepted'}; expected it to fail after a 202`);
        expectGoingWell(deletes);
        expectStatus(deletedAgain, 200, 410);
        const binding = await broker.bound('failingUnbind');
        await expectRemovable(broker, binding, await binding.ended(await binding.unbind(incomplete)));
      },
    },
    {
      number: 441,
      level: 'MUST*',
      endpoint: 'update',
      section,
      since: '2.15',
      title: 'keeps an instance whose update failed, broke down or was hung up on, since nobody cleans up after it',
      check: async (broker) => {
        const roles = (['failingUpdate', 'brokenUpdate', 'slowUpdate'] as const).filter((role) => broker.parts.has(role));
        if (roles.length === 0) throw new Inapplicable('the profile names no updates that fail or take their time');
        await Promise.all(
          roles.map(async (role) => {
            const instance = await broker.made(role);
            await inVain(broker, instance, role);
            if (role !== 'slowUpdate') await expectStillThere(instance);
            const deletes = await cleanedUp(broker, instance);
            expectGoingWell(deletes);
            if (deletes[0]) expectNoStatus(deletes[0], 410);
          }),
        );
      },
    },
    {
      number: 442,
      level: 'MAY',
      endpoint: 'every',
      section,
      since: '2.15',
      title: 'may remove on its own what it takes for orphaned',
      cannotBeSeen: 'a delete is answered 200 or 410 either way, and nobody but the broker knows what it takes for orphaned',
    },
    {
      number: 443,
      level: 'MUST*',
      endpoint: 'every',
      section: 'Blocking Operations',
      since: '2.15',
      title: 'goes on with the operation it named as the reason of a 422 ConcurrencyError',
      needs: ['slowCreate', 'slowUpdate', 'slowDelete'],
      check: async (broker) => {
        const [created, updated, deleted] = await Promise.all([broker.once(whileCreating), broker.once(whileUpdating), broker.once(whileDeleting)]);
        const played = [
          { ended: created.ended, others: [created.updated, created.bound] },
          { ended: updated.ended, others: [updated.other, updated.bound] },
          { ended: deleted.ended, others: [deleted.provisioned, deleted.updated, deleted.bound] },
        ].filter(({ others }) => others.some(isBusy));
        if (played.length === 0) throw new Inapplicable('it never answers 422 ConcurrencyError');
        for (const { ended } of played) {
          expectThat(ended.status === 410 || ended.body['state'] === 'succeeded', `${ended.story}; expected the operation to go well`);
        }
        if (isBusy(created.updated) || isBusy(created.bound)) await expectStillThere(created.instance);
      },
    },
    {
      number: 444,
      level: 'MUST*',
      endpoint: 'every',
      section,
      since: '2.14',
      title: 'does not answer 408 to a request it has begun to work on, however long that takes',
      needs: ['lateCreate'],
      check: async (broker) => expectNoStatus(await broker.instance('lateCreate').provision(), 408),
    },
  ],
};
