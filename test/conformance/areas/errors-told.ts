import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { Broken, expectDescription, expectMember, expectNone, expectRefusal, expectStatus, expectThat } from '../expecting.js';
import type { Row } from '../row.js';
import { CHANGES, everywhere } from '../stories/every-call.js';
import { failures, failuresOf } from '../stories/failures.js';
import { failedUpdate, failing } from '../stories/updates.js';
import { whileCreating, whileDeleting, whileUpdating } from '../stories/while-running.js';
import type { Answer } from '../wire/answer.js';

const section = 'Service Broker Errors';
const codes = 'Service Broker Errors › Error Codes';
const incomplete = { incomplete: true };
const WORD = /^[A-Za-z][A-Za-z0-9]*$/;
const STACK = /\n\s*at |\bat \S+ \(|\.[jt]s:\d+|Traceback|goroutine \d+|\.(java|py|go|rb):\d+/;

/** Errors of every kind. */
async function allErrors(broker: BrokerUnderTest): Promise<Answer[]> {
  const known = await broker.once(failures);
  const strangers = broker.parts.has('login') ? await everywhere(broker, { headers: { Authorization: undefined } }) : [];
  return [...known, ...strangers].map(({ answer }) => answer).filter(({ status }) => status >= 400);
}

/** Errors that the specification gives this word. */
async function expectWord(broker: BrokerUnderTest, word: string): Promise<void> {
  const named = (await broker.once(failures)).filter((failure) => failure.word === word);
  if (named.length === 0) throw new Error(`there is no failure for ${word}`);
  for (const { answer } of named) expectRefusal(answer, 422, word);
}

function expectFlags(answer: Answer, ...names: readonly string[]): void {
  const wrong = names.filter((name) => name in answer.body && typeof answer.body[name] !== 'boolean');
  expectThat(wrong.length === 0, `${answer.story}; expected ${wrong.join(' and ')} to be true or false`);
}

/** What is said of an error: its status, its word, its sentence, and what it means for an instance. */
export const errorsTold: readonly Row[] = [
  {
    number: 75,
    level: 'MUST',
    endpoint: 'every',
    section,
    since: '2.14',
    title: 'answers what goes wrong with the status and the word the specification has for it',
    needs: ['any'],
    check: async (broker) => {
      for (const { answer, statuses, word } of await broker.once(failures)) {
        expectStatus(answer, ...statuses);
        if (word !== undefined) expectMember(answer, 'error', word);
      }
    },
  },
  {
    number: 76,
    level: 'MUST',
    endpoint: 'every',
    section,
    since: '2.14',
    title: 'names errors, where it does, by one word in camel case',
    needs: ['any'],
    check: async (broker) => {
      for (const answer of await allErrors(broker)) {
        const { error = 'None' } = answer.body;
        expectThat(typeof error === 'string' && WORD.test(error), `${answer.story}; expected error to be one word`);
      }
    },
  },
  {
    number: 77,
    level: 'MUST',
    endpoint: 'every',
    section,
    since: '2.14',
    title: 'describes errors, where it does, in words for users: no stack, no password',
    needs: ['any'],
    check: async (broker) => {
      const password = broker.target.login?.password;
      for (const answer of await allErrors(broker)) {
        if ('description' in answer.body) expectDescription(answer);
        expectThat(!STACK.test(answer.word('description') ?? ''), `${answer.story}; expected no stack`);
        if (password && answer.text.includes(password)) throw new Broken(`${answer.request} was answered with the password of the platform`);
      }
    },
  },
  {
    number: 78,
    level: 'MUST',
    endpoint: CHANGES,
    section: codes,
    since: '2.13',
    title: 'answers 422 AsyncRequired, in this very word, where it cannot work while the caller waits',
    needs: ['any', 'asyncOnly'],
    check: (broker) => expectWord(broker, 'AsyncRequired'),
  },
  {
    number: 79,
    level: 'MUST',
    endpoint: CHANGES,
    section: `${codes}; Blocking Operations`,
    since: '2.14',
    title: 'answers 422 ConcurrencyError, in this very word, while it is at work on something else',
    needs: ['slowCreate'],
    check: async (broker) => {
      const { parts } = broker;
      const [making, changing, leaving] = await Promise.all([
        broker.once(whileCreating),
        parts.has('slowUpdate') ? broker.once(whileUpdating) : undefined,
        parts.has('slowDelete') ? broker.once(whileDeleting) : undefined,
      ]);
      for (const answer of [making.updated, making.bound, changing?.bound, leaving?.updated, leaving?.bound]) {
        if (answer) expectRefusal(answer, 422, 'ConcurrencyError');
      }
    },
  },
  {
    number: 80,
    level: 'MUST',
    endpoint: 'bind',
    section: codes,
    since: '2.13',
    title: 'answers 422 RequiresApp, in this very word, to a bind without the app it needs',
    needs: ['requiresApp'],
    check: async (broker) => {
      const instance = await broker.made('requiresApp');
      expectRefusal(await instance.binding().bind({}, incomplete), 422, 'RequiresApp');
    },
  },
  {
    number: 81,
    level: 'MUST',
    endpoint: ['provision', 'update'],
    section: codes,
    since: '2.15',
    title: 'answers 422 MaintenanceInfoConflict, in this very word, to a version its catalog does not have',
    needs: ['any', 'withMaintenance'],
    check: (broker) => expectWord(broker, 'MaintenanceInfoConflict'),
  },
  {
    number: 82,
    level: 'MUST NOT',
    endpoint: ['provision', 'bind', 'unbind', 'fetch instance', 'fetch binding', 'catalog'],
    section,
    since: '2.16',
    title: 'tells of instance_usable with errors of updates and deletes of instances only',
    needs: ['any'],
    check: async (broker) => {
      const others = ['provision', 'bind', 'unbind', 'fetch instance', 'fetch binding', 'catalog'] as const;
      for (const { answer } of await failuresOf(broker, others)) expectNone(answer, 'instance_usable');
    },
  },
  {
    number: 83,
    level: 'MUST NOT',
    endpoint: ['provision', 'deprovision', 'bind', 'unbind', 'fetch instance', 'fetch binding', 'catalog'],
    section,
    since: '2.16',
    title: 'tells of update_repeatable with errors of updates only',
    needs: ['any'],
    check: async (broker) => {
      const others = ['provision', 'deprovision', 'bind', 'unbind', 'fetch instance', 'fetch binding', 'catalog'] as const;
      for (const { answer } of await failuresOf(broker, others)) expectNone(answer, 'update_repeatable');
    },
  },
  {
    number: 84,
    level: 'MAY',
    endpoint: ['update', 'last operation'],
    section: `${section}; Updating a Service Instance`,
    since: '2.16',
    title: 'may tell with a failed update whether the instance can be used and the update repeated, as true or false',
    needs: ['any', 'failingUpdate'],
    check: async (broker) => {
      const refused = (await failuresOf(broker, ['update'])).map(({ answer }) => answer);
      const unusable = broker.parts.has('unusableUpdate') ? [await failing(await broker.made('unusableUpdate'))] : [];
      for (const answer of [...refused, (await broker.once(failedUpdate)).ended, ...unusable]) {
        expectFlags(answer, 'instance_usable', 'update_repeatable');
      }
    },
  },
  {
    number: 85,
    level: 'MAY',
    endpoint: ['deprovision', 'last operation'],
    section: `${section}; Deprovisioning`,
    since: '2.16',
    title: 'may tell with a failed delete whether the instance can be used, as true or false',
    needs: ['any', 'failingDelete'],
    check: async (broker) => {
      for (const { answer } of await failuresOf(broker, ['deprovision'])) expectFlags(answer, 'instance_usable');
      const instance = await broker.made('failingDelete');
      const accepted = await instance.deprovision(incomplete);
      expectStatus(accepted, 202);
      const ended = await instance.ended(accepted);
      expectMember(ended, 'state', 'failed');
      expectFlags(ended, 'instance_usable');
    },
  },
];
