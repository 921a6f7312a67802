import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Binding, Instance } from '../broker/resources.js';
import { Broken, expectDescription, expectMember, expectNone, expectNoStatus, expectRefusal, expectStatus, expectThat } from '../expecting.js';
import type { Area, Row } from '../row.js';
import { CHANGES, everywhere } from '../stories/every-call.js';
import { cleanedUp, remove } from '../stories/cleaned-up.js';
import { failures, failuresOf } from '../stories/failures.js';
import { expectNeverMade, expectStillThere } from '../stories/refused-changes.js';
import { expectUntouched, failedUpdate, failing, madeTelling } from '../stories/updates.js';
import { whileCreating, whileDeleting, whileUpdating } from '../stories/while-running.js';
import type { Answer, JsonObject } from '../wire/answer.js';

const section = 'Service Broker Errors';
const codes = 'Service Broker Errors › Error Codes';
const incomplete = { incomplete: true };
const NOBODYS_ID = 'conformance-nobody-offers-this';
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

const rows: readonly Row[] = [
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

/** Errors: their statuses, words and sentences, and what they leave behind. */
export const errors: Area = { code: 'ERR', rows };
