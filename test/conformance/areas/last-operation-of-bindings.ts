import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import {
  expectMember,
  expectNoBreakdown,
  expectNone,
  expectNoStatus,
  expectObject,
  expectRefusal,
  expectSame,
  expectStatus,
  expectThat,
  Inapplicable,
} from '../expecting.js';
import type { Area } from '../row.js';
import { unboundWhileBinding } from '../stories/deleted-meanwhile.js';
import { bindingFailures, expectSeconds, expectTheSameAgain, known, polledBinding, pollsOf } from '../stories/polls.js';
import { bindingsPolledWhileRunning, whileBinding } from '../stories/while-running.js';
import type { Answer } from '../wire/answer.js';

const section = 'Polling Last Operation for Service Bindings';
const parameters = 'Polling Last Operation for Service Bindings › Parameters';
const response = 'Polling Last Operation for Service Bindings › Response';
const body = 'Polling Last Operation for Service Bindings › Body of the response';

const STATES: readonly unknown[] = ['in progress', 'succeeded', 'failed'];

/** What a binding is for: at least one of these is told of it. */
const INFORMATION = ['credentials', 'syslog_drain_url', 'route_service_url', 'volume_mounts', 'endpoints'];

/** Everything the run is told of operations of bindings. */
async function everyPoll(broker: BrokerUnderTest): Promise<Answer[]> {
  const { created, deleted, withIds, encoded, unnamed } = await broker.once(polledBinding);
  const failed = await broker.once(bindingFailures);
  const operations = known(created, deleted, failed.created, failed.deleted);
  return [...(await broker.once(bindingsPolledWhileRunning)), ...pollsOf(operations), withIds, encoded, unnamed];
}

/** It is told to stand like this. */
function expectState(answer: Answer, state: string): void {
  expectStatus(answer, 200);
  expectMember(answer, 'state', state);
}

/** The binding is gone: 410, or the unbind has succeeded. */
function expectGone(answer: Answer): void {
  expectStatus(answer, 200, 410);
  if (answer.status === 200) expectMember(answer, 'state', 'succeeded');
}

/** The last operation of bindings. */
export const lastOperationOfBindings: Area = {
  code: 'LOB',
  rows: [
    {
      number: 204,
      level: 'MUST',
      endpoint: 'last operation of a binding',
      section,
      since: '2.14',
      title: 'answers 200 to polls of a binding, with the state in progress, succeeded or failed as it stands',
      needs: ['asyncBinding'],
      check: async (broker) => {
        for (const answer of await broker.once(bindingsPolledWhileRunning)) expectState(answer, 'in progress');
        expectState((await broker.once(polledBinding)).created.ended, 'succeeded');
        const failed = await broker.once(bindingFailures);
        for (const { ended } of known(failed.created, failed.deleted)) expectState(ended, 'failed');
        for (const { status, body: told, story } of await everyPoll(broker)) {
          expectThat(status !== 200 || STATES.includes(told['state']), `${story}; expected the state to be one of ${STATES.join(', ')}`);
        }
      },
    },
    {
      number: 205,
      level: 'MUST',
      endpoint: ['last operation of a binding', 'fetch binding'],
      section: 'Fetching a Service Binding',
      since: '2.14',
      title: 'gives a binding to those who ask for it as soon as its bind is told to have succeeded',
      needs: ['asyncBinding'],
      check: async (broker) => {
        const { created, fetched } = await broker.once(polledBinding);
        expectState(created.ended, 'succeeded');
        expectStatus(fetched, 200);
        const told = Object.keys(expectObject(fetched)).filter((name) => INFORMATION.includes(name));
        expectThat(told.length > 0, `${fetched.story}; expected one of ${INFORMATION.join(', ')}`);
      },
    },
    {
      number: 206,
      level: 'MUST',
      endpoint: 'last operation of a binding',
      section: response,
      since: '2.16',
      title: 'answers 404 to polls of a binding that never was, also of an instance that never was',
      needs: ['anyBindable'],
      check: async (broker) => {
        for (const instance of [await broker.made('anyBindable'), broker.instance('anyBindable')]) {
          for (const operation of [undefined, 'conformance-nobody-named-this']) {
            expectRefusal(await instance.binding().lastOperation(operation), 404);
          }
        }
      },
    },
    {
      number: 207,
      level: 'MUST*',
      endpoint: 'last operation of a binding',
      section: 'Polling Last Operation for Service Bindings › Route',
      since: '2.16',
      title: 'answers 404 to polls of a binding under another instance than its own',
      needs: ['asyncBinding'],
      check: async (broker) => {
        const bound = broker.instance('asyncBinding');
        await bound.settled(await bound.provision({}, { incomplete: true }));
        const binding = bound.binding();
        const accepted = await binding.bind({}, { incomplete: true });
        await binding.settled(accepted);
        const elsewhere = (await broker.made('asyncBinding')).binding(binding.id);
        for (const operation of [undefined, accepted.word('operation')]) expectRefusal(await elsewhere.lastOperation(operation), 404);
        expectState(await binding.lastOperation(accepted.word('operation')), 'succeeded');
      },
    },
    {
      number: 208,
      level: 'MUST',
      endpoint: 'last operation of a binding',
      section: response,
      since: '2.14',
      title: 'answers 200 and the state succeeded, or 410, when a binding is removed',
      needs: ['asyncBinding'],
      check: async (broker) => {
        const { deleted } = await broker.once(polledBinding);
        if (!deleted) throw new Inapplicable('no unbind takes its time');
        expectGone(deleted.ended);
      },
    },
    {
      number: 209,
      level: 'MUST*',
      endpoint: 'last operation of a binding',
      section: response,
      since: '2.14',
      title: 'never answers 410 to polls of a bind, not even when the binding is gone',
      needs: ['asyncBinding'],
      check: async (broker) => {
        const { created, createdInTheEnd } = await broker.once(polledBinding);
        const failed = await broker.once(bindingFailures);
        const late = createdInTheEnd ? [createdInTheEnd] : [];
        for (const answer of [...pollsOf(known(created, failed.created)), ...late]) expectNoStatus(answer, 410);
      },
    },
    {
      number: 210,
      level: 'MUST',
      endpoint: 'last operation of a binding',
      section: response,
      since: '2.14',
      title: 'answers 400 to a poll of a binding that is wrongly encoded, and does not break down over one that names two operations',
      needs: ['asyncBinding'],
      check: async (broker) => {
        const { binding } = await broker.once(polledBinding);
        expectRefusal(await broker.send('GET', `${binding.instance.path}/service_bindings/%E0%A4%A/last_operation`), 400);
        expectNoBreakdown(await binding.lastOperation(undefined, { query: 'operation=a&operation=b' }));
      },
    },
    {
      number: 211,
      level: 'MUST',
      endpoint: 'last operation of a binding',
      section: parameters,
      since: '2.14',
      title: 'tells of the operation of a binding that is named, else of the latest, with its service_id and plan_id or without',
      needs: ['asyncBinding'],
      check: async (broker) => {
        const { created, withIds, encoded, unnamed } = await broker.once(polledBinding);
        for (const answer of [withIds, encoded, unnamed]) {
          expectStatus(answer, 200);
          expectSame(created.ended, answer, 'state');
        }
        const binding = await broker.bound('asyncBinding');
        const foreign = created.accepted.word('operation') ?? 'conformance-nobody-named-this';
        for (const operation of ['conformance-nobody-named-this', foreign]) {
          expectStatus(await binding.lastOperation(operation), 400, 404);
        }
        if (broker.parts.has('slowBind')) expectState((await broker.once(whileBinding)).polledWithout, 'in progress');
      },
    },
    {
      number: 212,
      level: 'MAY',
      endpoint: ['unbind', 'last operation of a binding'],
      section: parameters,
      since: '2.14',
      title: 'takes a second operation on a binding while one runs, if both have names of their own, or answers 422 ConcurrencyError',
      needs: ['slowBind'],
      check: async (broker) => {
        const { accepted, withoutFlag, withFlag } = await broker.once(unboundWhileBinding);
        const second = withFlag ?? withoutFlag;
        if (second.status !== 202) return second.status === 200 ? undefined : expectRefusal(second, 422, 'ConcurrencyError');
        const names = [accepted, second].map((answer) => answer.word('operation'));
        expectThat(!names.includes(undefined) && names[0] !== names[1], `${second.story}; expected an operation of its own, or 422`);
      },
    },
    {
      number: 213,
      level: 'MUST NOT',
      endpoint: 'last operation of a binding',
      section: 'Service Broker Errors',
      since: '2.16',
      title: 'tells neither instance_usable nor update_repeatable of operations of bindings',
      needs: ['asyncBinding'],
      check: async (broker) => {
        for (const answer of await everyPoll(broker)) expectNone(answer, 'instance_usable', 'update_repeatable');
      },
    },
    {
      number: 214,
      level: 'MAY',
      endpoint: 'last operation of a binding',
      section: response,
      since: '2.15',
      title: 'may say in whole seconds when to poll a binding again',
      needs: ['asyncBinding'],
      check: async (broker) => {
        for (const answer of await everyPoll(broker)) expectSeconds(answer);
      },
    },
    {
      number: 215,
      level: 'SHOULD',
      endpoint: 'last operation of a binding',
      section: body,
      since: '2.16',
      title: 'tells the end of an operation of a binding again when it is asked again, also of an unbind',
      needs: ['asyncBinding'],
      check: async (broker) => {
        const { created, deleted } = await broker.once(polledBinding);
        const failed = await broker.once(bindingFailures);
        known(created, deleted, failed.created, failed.deleted).forEach(expectTheSameAgain);
      },
    },
    {
      number: 216,
      level: 'MUST*',
      endpoint: 'last operation of a binding',
      section: body,
      since: '2.14',
      title: 'describes how operations of bindings stand by text, or not at all',
      needs: ['asyncBinding'],
      check: async (broker) => {
        for (const answer of await everyPoll(broker)) {
          const right = !('description' in answer.body) || answer.word('description') !== undefined;
          expectThat(right, `${answer.story}; expected the description to be text`);
        }
      },
    },
    {
      number: 217,
      level: 'SHOULD',
      endpoint: ['unbind', 'last operation of a binding'],
      section: 'Unbinding',
      since: '2.15',
      title: 'tells by its own name how a bind ended that was to be removed meanwhile, and by none that it is gone',
      needs: ['slowBind'],
      check: async (broker) => {
        const { accepted, withoutFlag, withFlag, firstEnded } = await broker.once(unboundWhileBinding);
        const second = withFlag ?? withoutFlag;
        if (second.status >= 400) return expectState(firstEnded, 'succeeded');
        const [bind, unbind] = [accepted, second].map((answer) => answer.word('operation'));
        if (bind === undefined || unbind === undefined || bind === unbind) return expectGone(firstEnded);
        // Failed where the unbind halts it; a broker that lets it go on to its end, and unbinds then, tells that.
        expectStatus(firstEnded, 200);
        const ended = ['failed', ...(second.status === 202 ? ['succeeded'] : [])];
        expectThat(ended.includes(firstEnded.word('state') ?? ''), `${firstEnded.story}; expected the state to be ${ended.join(' or ')}`);
      },
    },
  ],
};
