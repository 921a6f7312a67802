import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { expectMember, expectNoBreakdown, expectNoStatus, expectRefusal, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import { createdTwice } from '../stories/creates.js';
import { deletedWhileCreating } from '../stories/deleted-meanwhile.js';
import { expectSeconds, expectTheSameAgain, failures, known, polledLife, pollsOf } from '../stories/polls.js';
import { polledWhileRunning } from '../stories/while-running.js';
import type { Answer } from '../wire/answer.js';

const section = 'Polling Last Operation for Service Instances';
const body = 'Polling Last Operation for Service Instances › Body of the response';
const response = 'Polling Last Operation for Service Instances › Response';

const STATES: readonly unknown[] = ['in progress', 'succeeded', 'failed'];

/** Everything the run is told of operations of instances. */
async function everyPoll(broker: BrokerUnderTest): Promise<Answer[]> {
  const { created, updated, deleted, withIds, encoded, unnamed } = await broker.once(polledLife);
  const failed = await broker.once(failures);
  const operations = known(created, updated, deleted, failed.created, failed.updated, failed.deleted);
  const atOnce = broker.parts.has('sync') ? [(await broker.once(createdTwice)).polled] : [];
  return [...(await broker.once(polledWhileRunning)), ...pollsOf(operations), withIds, encoded, unnamed, ...atOnce];
}

/** What is told of operations of instances, and with which status. */
export const lastOperationStates: readonly Row[] = [
  {
    number: 176,
    level: 'MUST',
    endpoint: 'last operation',
    section,
    since: '2.13',
    title: 'answers 200 and the state “in progress”, with a blank, while an instance is made, changed or removed',
    needs: ['slowCreate'],
    check: async (broker) => {
      for (const answer of await broker.once(polledWhileRunning)) {
        expectStatus(answer, 200);
        expectMember(answer, 'state', 'in progress');
      }
    },
  },
  {
    number: 177,
    level: 'MUST',
    endpoint: 'last operation',
    section,
    since: '2.13',
    title: 'answers 200 and the state succeeded when an instance is made or changed',
    needs: ['async'],
    check: async (broker) => {
      const { created, updated } = await broker.once(polledLife);
      for (const { ended } of known(created, updated)) {
        expectStatus(ended, 200);
        expectMember(ended, 'state', 'succeeded');
      }
    },
  },
  {
    number: 178,
    level: 'MUST',
    endpoint: 'last operation',
    section,
    since: '2.13',
    title: 'answers 200 and the state failed, no error, to polls of what went wrong with an instance',
    needs: ['failingCreate'],
    check: async (broker) => {
      const { created, updated, deleted } = await broker.once(failures);
      for (const { ended } of known(created, updated, deleted)) {
        expectStatus(ended, 200);
        expectMember(ended, 'state', 'failed');
      }
    },
  },
  {
    number: 179,
    level: 'MUST',
    endpoint: 'last operation',
    section: body,
    since: '2.13',
    title: 'tells one of the three states in every 200 to a poll of an instance',
    needs: ['async'],
    check: async (broker) => {
      for (const answer of await everyPoll(broker)) {
        const right = answer.status !== 200 || STATES.includes(answer.body['state']);
        expectThat(right, `${answer.story}; expected the state to be one of ${STATES.join(', ')}`);
      }
    },
  },
  {
    number: 180,
    level: 'MUST',
    endpoint: 'last operation',
    section: body,
    since: '2.16',
    title: 'describes how operations of instances stand by text that is not empty, or not at all',
    needs: ['async'],
    check: async (broker) => {
      for (const answer of await everyPoll(broker)) {
        if (answer.status !== 200 || !('description' in answer.body)) continue;
        expectThat(/\S/.test(answer.word('description') ?? ''), `${answer.story}; expected a description that is not empty, or none`);
      }
    },
  },
  {
    number: 181,
    level: 'MAY',
    endpoint: 'last operation',
    section: response,
    since: '2.15',
    title: 'may say in whole seconds when to poll an instance again',
    needs: ['async'],
    check: async (broker) => {
      for (const answer of await everyPoll(broker)) expectSeconds(answer);
    },
  },
  {
    number: 182,
    level: 'MUST',
    endpoint: 'last operation',
    section: response,
    since: '2.16',
    title: 'answers 404 to polls of an instance that never was, with an operation and without',
    needs: ['any'],
    check: async (broker) => {
      const instance = broker.instance('any');
      for (const operation of [undefined, 'conformance-nobody-named-this']) expectRefusal(await instance.lastOperation(operation), 404);
    },
  },
  {
    number: 183,
    level: 'MUST',
    endpoint: 'last operation',
    section: response,
    since: '2.13',
    title: 'answers 400 to a poll of an id that is wrongly encoded, and does not break down over one that names two operations',
    needs: ['async'],
    check: async (broker) => {
      expectRefusal(await broker.send('GET', '/v2/service_instances/%E0%A4%A/last_operation'), 400);
      const { instance } = await broker.once(polledLife);
      expectNoBreakdown(await instance.lastOperation(undefined, { query: 'operation=a&operation=b' }));
    },
  },
  {
    number: 184,
    level: 'MUST',
    endpoint: 'last operation',
    section: response,
    since: '2.13',
    title: 'answers 200 and the state succeeded, or 410, when an instance is removed',
    needs: ['async'],
    check: async (broker) => {
      const { deleted } = await broker.once(polledLife);
      if (!deleted) throw new Inapplicable('no delete of an instance takes its time');
      expectStatus(deleted.ended, 200, 410);
      if (deleted.ended.status === 200) expectMember(deleted.ended, 'state', 'succeeded');
    },
  },
  {
    number: 185,
    level: 'MUST*',
    endpoint: 'last operation',
    section: response,
    since: '2.13',
    title: 'never answers 410 to polls of a create or an update, not even when the instance is gone',
    needs: ['async'],
    check: async (broker) => {
      const { created, updated, createdInTheEnd } = await broker.once(polledLife);
      const failed = await broker.once(failures);
      const meanwhile = broker.parts.has('slowCreate') ? [await broker.once(deletedWhileCreating)] : [];
      const named = meanwhile.filter(({ accepted }) => accepted.word('operation') !== undefined);
      const polls = pollsOf(known(created, updated, failed.created, failed.updated));
      const late = createdInTheEnd ? [createdInTheEnd] : [];
      for (const answer of [...polls, ...late, ...named.map(({ firstEnded }) => firstEnded)]) expectNoStatus(answer, 410);
    },
  },
  {
    number: 186,
    level: 'SHOULD',
    endpoint: 'last operation',
    section: body,
    since: '2.16',
    title: 'tells the end of an operation of an instance again when it is asked again, also of a delete',
    needs: ['async'],
    check: async (broker) => {
      const { created, updated, deleted } = await broker.once(polledLife);
      const failed = await broker.once(failures);
      known(created, updated, deleted, failed.created, failed.updated, failed.deleted).forEach(expectTheSameAgain);
    },
  },
];
