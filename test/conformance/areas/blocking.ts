import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import { planIdOf } from '../broker/offered.js';
import type { Instance } from '../broker/resources.js';
import {
  expectMember,
  expectNoStatus,
  expectRefusal,
  expectSame,
  expectStatus,
  expectThat,
  Inapplicable,
} from '../expecting.js';
import type { Area } from '../row.js';
import { isBusy } from '../stories/busy.js';
import {
  deletedWhileBinding,
  deletedWhileUnbinding,
  deletedWhileUpdating,
  unboundWhileBinding,
  type DeletedMeanwhile,
} from '../stories/deleted-meanwhile.js';
import { boundSideBySide, changedMeanwhile, crowd, madeMeanwhile } from '../stories/two-at-once.js';
import { expectWellFormed } from '../stories/well-formed.js';
import { whileBinding, whileCreating, whileDeleting, whileUnbinding, whileUpdating } from '../stories/while-running.js';
import type { Answer } from '../wire/answer.js';

const section = 'Blocking Operations';
const incomplete = { incomplete: true };

/** What takes its time, each with the part it needs. */
const RUNNING = [
  ['slowCreate', whileCreating],
  ['slowUpdate', whileUpdating],
  ['slowDelete', whileDeleting],
  ['slowBind', whileBinding],
  ['slowUnbind', whileUnbinding],
] as const;

/** The broker carries it out side by side with what runs, or says that it is busy. */
function expectBusyOr(answer: Answer, ...statuses: readonly number[]): void {
  if (!statuses.includes(answer.status)) expectRefusal(answer, 422, 'ConcurrencyError');
}

/** A delete that came meanwhile was carried out in the end, or turned away as it should be. */
function expectDeleted({ withoutFlag, withFlag, deleteEnded, deletedAgain }: DeletedMeanwhile): void {
  expectBusyOr(withFlag ?? withoutFlag, 200, 202);
  expectThat(deleteEnded.status === 410 || deleteEnded.status === 200, `${deleteEnded.story}; expected it to go well at last`);
  expectStatus(deletedAgain, 410);
}

/** Exactly one of them made something, and all speak of the same. */
async function expectOneOnly(broker: BrokerUnderTest, role: Role): Promise<void> {
  const { answers, deletes } = await crowd(broker, role);
  for (const answer of answers) expectStatus(answer, 200, 201, 202);
  const [first, ...others] = answers.filter(({ status }) => status === 202);
  for (const other of others) if (first) expectSame(first, other, 'operation');
  const made = answers.filter(({ status }) => status === 201);
  expectThat(made.length <= 1, `${made.length} of ${answers.length} equal creates at once were answered 201; expected one`);
  expectStatus(deletes[0], 200, 202);
  expectStatus(deletes[1], 410);
}

/** Nothing can be tested of refusals by a broker that refuses nothing. */
function demandBusy(...answers: readonly Answer[]): void {
  if (!answers.some(isBusy)) throw new Inapplicable('it never answers 422 ConcurrencyError');
}

/** It goes well now. */
async function expectDone(instance: Instance, answer: Answer): Promise<void> {
  expectStatus(answer, 200, 201, 202);
  if (answer.status === 202) expectMember(await instance.ended(answer), 'state', 'succeeded');
}

/** Two things at once. */
export const blocking: Area = {
  code: 'BLK',
  rows: [
    {
      number: 161,
      level: 'MUST',
      endpoint: 'update',
      section,
      since: '2.14',
      title: 'answers 422 ConcurrencyError to an update while the instance is made, unless it can carry it out',
      needs: ['slowCreate'],
      check: async (broker) => expectBusyOr((await broker.once(whileCreating)).updated, 200, 202),
    },
    {
      number: 162,
      level: 'MUST',
      endpoint: 'bind',
      section,
      since: '2.14',
      title: 'answers 422 ConcurrencyError to a bind while the instance is made, unless it can carry it out',
      needs: ['slowCreate'],
      check: async (broker) => expectBusyOr((await broker.once(whileCreating)).bound, 201, 202),
    },
    {
      number: 163,
      level: 'MUST',
      endpoint: 'update',
      section,
      since: '2.14',
      title: 'answers 422 ConcurrencyError to another update while one runs, unless it can carry it out, and ends the first one',
      needs: ['slowUpdate'],
      check: async (broker) => {
        const { other, ended } = await broker.once(whileUpdating);
        expectBusyOr(other, 200, 202);
        expectMember(ended, 'state', 'succeeded');
      },
    },
    {
      number: 164,
      level: 'MUST',
      endpoint: 'deprovision',
      section: 'Deprovisioning › Response',
      since: '2.15',
      title: 'answers 422 ConcurrencyError to a delete while an update runs, or removes the instance',
      needs: ['slowUpdate'],
      check: async (broker) => expectDeleted(await broker.once(deletedWhileUpdating)),
    },
    {
      number: 165,
      level: 'MUST',
      endpoint: 'deprovision',
      section: 'Deprovisioning › Response',
      since: '2.15',
      title: 'answers 422 ConcurrencyError to a delete while a binding is made or removed, or removes the instance',
      needs: ['slowBind', 'slowUnbind'],
      check: async (broker) => {
        const played = await Promise.all([broker.once(deletedWhileBinding), broker.once(deletedWhileUnbinding)]);
        for (const story of played) expectDeleted(story);
      },
    },
    {
      number: 166,
      level: 'MUST',
      endpoint: 'unbind',
      section: 'Unbinding › Response',
      since: '2.15',
      title: 'answers 422 ConcurrencyError to an unbind while the binding is made, or leaves nothing of it',
      needs: ['slowBind'],
      check: async (broker) => {
        const story = await broker.once(unboundWhileBinding);
        expectDeleted(story);
        expectNoStatus(story.fetched, 200);
      },
    },
    {
      number: 167,
      level: 'MUST',
      endpoint: ['update', 'bind'],
      section,
      since: '2.14',
      title: 'answers 422 ConcurrencyError to updates and binds of an instance it is about to remove',
      needs: ['slowDelete'],
      // To carry them out is no choice: the delete goes on to its end.
      check: async (broker) => {
        const { updated, bound } = await broker.once(whileDeleting);
        expectRefusal(updated, 422, 'ConcurrencyError');
        expectRefusal(bound, 422, 'ConcurrencyError');
      },
    },
    {
      number: 168,
      level: 'MUST',
      endpoint: 'provision',
      section,
      since: '2.14',
      title: 'answers 422 ConcurrencyError to a create with the id of an instance it is about to remove, unless it makes another one',
      needs: ['slowDelete'],
      check: async (broker) => expectBusyOr((await broker.once(whileDeleting)).provisioned, 201, 202),
    },
    {
      number: 169,
      level: 'MUST',
      endpoint: 'bind',
      section: 'Blocking Operations; Binding › Response',
      since: '2.14',
      title: 'makes two bindings of an instance side by side, or answers 422 ConcurrencyError to the second',
      needs: ['slowBind'],
      check: async (broker) => {
        const { ended, other, otherBinding } = await broker.once(boundSideBySide);
        expectMember(ended, 'state', 'succeeded');
        expectBusyOr(other, 201, 202);
        if (other.status === 202) expectMember(await otherBinding.ended(other), 'state', 'succeeded');
      },
    },
    {
      number: 170,
      level: 'MUST',
      endpoint: ['provision', 'update', 'deprovision', 'bind', 'unbind'],
      section: 'Asynchronous Operations; every Response',
      since: '2.13',
      title: 'answers 202 with the same operation to every request that is sent again while it is worked on',
      check: async (broker) => {
        const stories = RUNNING.filter(([role]) => broker.parts.has(role));
        if (stories.length === 0) throw new Inapplicable('the profile names nothing that takes its time');
        const played = await Promise.all(stories.map(([, story]) => broker.once<{ accepted: Answer; again: Answer }>(story)));
        for (const { accepted, again } of played) {
          expectStatus(again, 202);
          expectSame(accepted, again, 'operation');
        }
      },
    },
    {
      number: 171,
      level: 'MUST',
      endpoint: ['provision', 'bind'],
      section: 'Provisioning › Response; Binding › Response',
      since: '2.15',
      title: 'answers 409, not 422, to a create or bind with the id of one that runs and asks for something else',
      needs: ['slowCreate', 'slowBind'],
      check: async (broker) => {
        expectRefusal((await broker.once(whileCreating)).otherParameters, 409);
        expectRefusal((await broker.once(whileBinding)).other, 409);
      },
    },
    {
      number: 172,
      level: 'MUST*',
      endpoint: 'every',
      section: 'Service Broker Errors › Error Codes',
      since: '2.14',
      title: 'carries out what it turned away with 422 ConcurrencyError when it is asked again after the operation that ran',
      needs: ['slowUpdate', 'slowDelete'],
      check: async (broker) => {
        const [changed, remade] = await Promise.all([broker.once(changedMeanwhile), broker.once(madeMeanwhile)]);
        demandBusy(changed.update, remade.create);
        if (isBusy(changed.update)) await expectDone(changed.instance, changed.updatedLater);
        if (isBusy(remade.create)) await expectDone(remade.instance, remade.createdLater);
      },
    },
    {
      number: 173,
      level: 'MUST',
      endpoint: 'every',
      section: 'Service Broker Errors; Blocking Operations',
      since: '2.14',
      title: 'changes nothing when it answers 422 ConcurrencyError, and tells of it by a JSON object',
      needs: ['slowUpdate'],
      check: async (broker) => {
        const { update, bind, binding, after } = await broker.once(changedMeanwhile);
        demandBusy(update, bind);
        for (const answer of [update, bind].filter(isBusy)) expectWellFormed(answer, { description: 'text' });
        const parameters: object = (after?.body['parameters'] ?? {});
        if (after && isBusy(update)) expectThat(!('conformance' in parameters), `${after.story}; expected nothing of the update it turned away`);
        if (isBusy(bind)) expectStatus(await binding.unbind(incomplete), 410);
      },
    },
    {
      number: 174,
      level: 'MUST*',
      endpoint: 'provision',
      section: 'Provisioning › Response',
      since: '2.13',
      title: 'makes one instance when the same create comes many times at once, and refuses none of them',
      needs: ['any'],
      check: async (broker) => {
        await expectOneOnly(broker, 'any');
        if (broker.parts.has('async')) await expectOneOnly(broker, 'async');
      },
    },
    {
      number: 175,
      level: 'MUST*',
      endpoint: 'provision',
      section: 'Provisioning › Response',
      since: '2.15',
      title: 'makes one of two instances with one id and two plans that come at once, and answers 409 to the other',
      needs: ['sync', 'otherPlan'],
      check: async (broker) => {
        const instance = broker.instance('sync');
        const others = { plan_id: planIdOf(broker.cast('otherPlan')) };
        const answers = await Promise.all([instance.provision({}, incomplete), instance.provision(others, incomplete)]);
        const [won, lost] = answers.toSorted((a, b) => a.status - b.status);
        expectStatus(won ?? answers[0], 201, 202);
        expectRefusal(lost ?? answers[1], 409);
      },
    },
  ],
};
