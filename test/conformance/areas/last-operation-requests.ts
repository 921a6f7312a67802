import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { expectMember, expectNone, expectNoStatus, expectRefusal, expectSame, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import { createdTwice } from '../stories/creates.js';
import { bothPolled, deletedWhileCreating } from '../stories/deleted-meanwhile.js';
import { failures, known, overtaken, polledLife, pollsOf } from '../stories/polls.js';
import { polledWhileRunning, whileBinding, whileChangingPlan, whileCreating } from '../stories/while-running.js';
import type { Answer } from '../wire/answer.js';

const section = 'Polling Last Operation for Service Instances › Parameters';
const body = 'Polling Last Operation for Service Instances › Body of the response';
const deprovisioning = 'Deprovisioning';
const incomplete = { incomplete: true };

const isBoolean = (value: unknown): boolean => value === undefined || typeof value === 'boolean';

/** The instance is gone: 410, or the delete has succeeded. */
function expectGone(answer: Answer): void {
  expectStatus(answer, 200, 410);
  if (answer.status === 200) expectMember(answer, 'state', 'succeeded');
}

/** It is told of as running. */
function expectInProgress(answer: Answer): void {
  expectStatus(answer, 200);
  expectMember(answer, 'state', 'in progress');
}

/** Two operations with names of their own. */
async function bothNamed(broker: BrokerUnderTest): ReturnType<typeof bothPolled> {
  const both = await broker.once(bothPolled);
  const names = [both.created, both.deleted].map((answer) => answer.word('operation'));
  if (names.includes(undefined) || names[0] === names[1]) throw new Inapplicable('a create and the delete of it have no names of their own');
  return both;
}

/** How operations of instances are asked for, and which one is told of. */
export const lastOperationRequests: readonly Row[] = [
  {
    number: 187,
    level: 'MUST*',
    endpoint: 'last operation',
    section,
    since: '2.13',
    title: 'needs neither service_id nor plan_id to tell of an instance, and tells the same with them',
    needs: ['async'],
    check: async (broker) => {
      const { created, withIds } = await broker.once(polledLife);
      for (const answer of [created.ended, withIds]) expectStatus(answer, 200);
      expectSame(created.ended, withIds, 'state');
    },
  },
  {
    number: 188,
    level: 'MUST*',
    endpoint: 'last operation',
    section,
    since: '2.14',
    title: 'takes the plan an instance had before, in polls of the change to another one',
    needs: ['slowUpdate', 'updateTarget'],
    check: async (broker) => expectInProgress((await broker.once(whileChangingPlan)).withPlanBefore),
  },
  {
    number: 189,
    level: 'OPEN',
    endpoint: 'last operation',
    section,
    since: '2.14',
    title: 'takes the plan an instance is to have, too, in polls of the change to it',
    needs: ['slowUpdate', 'updateTarget'],
    check: async (broker) => expectInProgress((await broker.once(whileChangingPlan)).withPlanAfter),
  },
  {
    number: 190,
    level: 'MUST',
    endpoint: 'last operation',
    section,
    since: '2.13',
    title: 'tells of exactly the operation that is named, however it is encoded and whatever came after it',
    needs: ['async'],
    check: async (broker) => {
      const { created, encoded } = await broker.once(polledLife);
      expectStatus(encoded, 200);
      expectSame(created.ended, encoded, 'state');
      if (!broker.parts.has('failingUpdate')) return;
      const { failed, byName } = await broker.once(overtaken);
      if (byName) expectSame(failed, byName, 'state');
    },
  },
  {
    number: 191,
    level: 'OPEN',
    endpoint: 'last operation',
    section,
    since: '2.13',
    title: 'tells of the latest operation of an instance when none is named, though its 202 named one',
    needs: ['slowCreate', 'failingUpdate'],
    check: async (broker) => {
      expectInProgress((await broker.once(whileCreating)).polledWithout);
      const { unnamed } = await broker.once(overtaken);
      expectStatus(unnamed, 200);
      expectMember(unnamed, 'state', 'succeeded');
    },
  },
  {
    number: 192,
    level: 'OPEN',
    endpoint: 'last operation',
    section,
    since: '2.13',
    title: 'answers 404 to an operation nobody was given, and to one of another instance',
    needs: ['async'],
    check: async (broker) => {
      const [instance, { created }] = [await broker.made('async'), await broker.once(polledLife)];
      expectRefusal(await instance.lastOperation('conformance-nobody-named-this'), 404);
      const foreign = created.accepted.word('operation');
      if (foreign !== undefined) expectRefusal(await instance.lastOperation(foreign), 404);
    },
  },
  {
    number: 193,
    level: 'MUST*',
    endpoint: 'last operation',
    section: 'Provisioning › Body of the response',
    since: '2.13',
    title: 'can be polled to the end without an operation, as it must where its 202 names none',
    needs: ['async'],
    check: async (broker) => {
      const instance = broker.instance('async');
      expectStatus(await instance.provision({}, incomplete), 202);
      const ended = await broker.polled(instance.path, undefined);
      expectStatus(ended, 200);
      expectMember(ended, 'state', 'succeeded');
    },
  },
  {
    number: 194,
    level: 'MUST*',
    endpoint: 'last operation',
    section: 'Polling Last Operation for Service Instances › Response',
    since: '2.16',
    title: 'does not answer 404 to polls of an instance that is still being made',
    needs: ['slowCreate'],
    check: async (broker) => {
      const { polled, polledWithout } = await broker.once(whileCreating);
      for (const answer of [polled, polledWithout]) expectInProgress(answer);
    },
  },
  {
    number: 195,
    level: 'MAY',
    endpoint: 'last operation',
    section: body,
    since: '2.16',
    title: 'may tell by true or false whether an instance is usable after a failed update, and the update repeatable',
    needs: ['failingUpdate'],
    check: async (broker) => {
      const { updated, unusable } = await broker.once(failures);
      for (const { body: members, story } of pollsOf(known(updated, unusable))) {
        const right = isBoolean(members['instance_usable']) && isBoolean(members['update_repeatable']);
        expectThat(right, `${story}; expected instance_usable and update_repeatable to be true or false`);
      }
    },
  },
  {
    number: 196,
    level: 'MUST NOT',
    endpoint: 'last operation',
    section: body,
    since: '2.16',
    title: 'tells of a failed delete at most whether the instance is usable, and nothing of updates',
    needs: ['failingDelete'],
    check: async (broker) => {
      for (const answer of pollsOf(known((await broker.once(failures)).deleted))) {
        expectMember(answer, 'state', 'failed');
        expectNone(answer, 'update_repeatable');
        expectThat(isBoolean(answer.body['instance_usable']), `${answer.story}; expected instance_usable to be true or false`);
      }
    },
  },
  {
    number: 197,
    level: 'MUST NOT',
    endpoint: 'last operation',
    section: body,
    since: '2.16',
    title: 'tells neither instance_usable nor update_repeatable of a failed create, nor of what runs or went well',
    needs: ['async'],
    check: async (broker) => {
      const { created, updated, deleted } = await broker.once(polledLife);
      const failed = known((await broker.once(failures)).created);
      const running = await broker.once(polledWhileRunning);
      for (const answer of [...running, ...pollsOf(known(created, updated, deleted, ...failed))]) {
        expectNone(answer, 'instance_usable', 'update_repeatable');
      }
    },
  },
  {
    number: 198,
    level: 'OPEN',
    endpoint: 'last operation',
    section: 'Polling Last Operation for Service Instances',
    since: '2.13',
    title: 'answers 200 and the state succeeded to polls of an instance that was made at once',
    needs: ['sync'],
    check: async (broker) => {
      const { polled } = await broker.once(createdTwice);
      expectStatus(polled, 200);
      expectMember(polled, 'state', 'succeeded');
    },
  },
  {
    number: 199,
    level: 'SHOULD',
    endpoint: 'last operation',
    section: deprovisioning,
    since: '2.15',
    title: 'tells of a create and of the delete that came meanwhile each by its name, and of the create that it failed',
    needs: ['slowCreateAndDelete'],
    check: async (broker) => {
      const { createEnded, deletePolled, deleteEnded, createInTheEnd } = await bothNamed(broker);
      expectNoStatus(deletePolled, 404);
      expectThat(deletePolled.body['state'] !== 'failed', `${deletePolled.story}; expected what became of the delete`);
      expectGone(deleteEnded);
      for (const answer of [createEnded, createInTheEnd]) {
        expectStatus(answer, 200);
        expectMember(answer, 'state', 'failed');
      }
    },
  },
  {
    number: 200,
    level: 'SHOULD',
    endpoint: 'last operation',
    section: deprovisioning,
    since: '2.15',
    title: 'tells of the delete that came while an instance was made, when no operation is named',
    needs: ['slowCreateAndDelete'],
    check: async (broker) => {
      const { deletePolled, unnamed, unnamedInTheEnd } = await broker.once(bothPolled);
      if (deletePolled.body['state'] === 'in progress') expectInProgress(unnamed);
      else expectGone(unnamed);
      expectGone(unnamedInTheEnd);
    },
  },
  {
    number: 201,
    level: 'SHOULD',
    endpoint: 'last operation',
    section: deprovisioning,
    since: '2.15',
    title: 'tells of a create that it failed, when a delete that came meanwhile was done at once',
    needs: ['slowCreate'],
    check: async (broker) => {
      const { accepted, withoutFlag, firstEnded } = await broker.once(deletedWhileCreating);
      if (withoutFlag.status !== 200) throw new Inapplicable('no delete is done at once while an instance is made');
      if (accepted.word('operation') === undefined) return expectGone(firstEnded);
      expectStatus(firstEnded, 200);
      expectMember(firstEnded, 'state', 'failed');
    },
  },
  {
    number: 202,
    level: 'MUST*',
    endpoint: 'last operation',
    section: 'Polling Last Operation for Service Bindings',
    since: '2.14',
    title: 'does not tell of the operation of a binding where an instance is asked for, nor by the name of that',
    needs: ['slowBind'],
    check: async (broker) => {
      const { binding, accepted, polledInstance } = await broker.once(whileBinding);
      expectStatus(polledInstance, 200, 404);
      if (polledInstance.status === 200) expectMember(polledInstance, 'state', 'succeeded');
      const operation = accepted.word('operation');
      if (operation !== undefined) expectStatus(await binding.instance.lastOperation(operation), 400, 404);
    },
  },
  {
    number: 203,
    level: 'MUST',
    endpoint: ['last operation', 'fetch instance'],
    section: 'Fetching a Service Instance',
    since: '2.14',
    title: 'can be asked about an instance as soon as its create is told to have succeeded',
    needs: ['async'],
    check: async (broker) => {
      const { instance, created, fetched } = await broker.once(polledLife);
      if (instance.cast.service['instances_retrievable'] !== true) throw new Inapplicable('the service does not announce instances_retrievable');
      expectMember(created.ended, 'state', 'succeeded');
      expectStatus(fetched, 200);
    },
  },
];
