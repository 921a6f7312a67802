import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { expectDescription, expectNoStatus, expectRefusal, expectSame, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import { expectAddresses, expectMoment, expectProtocols, expectRenewal, textsIn } from '../stories/binding-members.js';
import { binds, boundOf } from '../stories/binds.js';
import { expectAccepted } from '../stories/changes.js';
import { brokenBind } from '../stories/cleaned-up.js';
import { expectNeverMade } from '../stories/refused-changes.js';
import { expectKind } from '../stories/well-formed.js';
import type { Answer } from '../wire/answer.js';

const section = 'Binding › Body of the response';
const incomplete = { incomplete: true };

/** Short texts may be in anything. */
const LONG_ENOUGH = 6;
const SECRETS = /^(credentials|username|password|uri|url|host|hostname|port|token|secret)$/i;
const ADDRESSES = ['uri', 'url', 'host', 'hostname', 'jdbcUrl'];

/** What rows look at: answers to binds that have this member. */
async function answersWith(broker: BrokerUnderTest, member: string): Promise<Answer[]> {
  const answers = (await broker.once(binds)).flatMap(({ first, again }) => [first, again]).filter(({ body }) => member in body);
  if (answers.length > 0) return answers;
  throw new Inapplicable(`no bind is answered with ${member}`);
}

/** Answers whose metadata have this member. */
async function answersDated(broker: BrokerUnderTest, member: string): Promise<Answer[]> {
  const answers = (await answersWith(broker, 'metadata')).filter(({ body }) => member in Object(body['metadata']));
  if (answers.length > 0) return answers;
  throw new Inapplicable(`no bind is answered with metadata.${member}`);
}

/** What else the broker tells of a binding in its answer, and the ends of binds that go another way. */
export const bindResults: readonly Row[] = [
  {
    number: 352,
    level: 'MUST',
    endpoint: 'bind',
    section: 'Endpoint Object',
    since: '2.15',
    title: 'tells of each endpoint its host, and ports or ranges of them as texts',
    needs: ['anyBindable'],
    check: async (broker) => (await answersWith(broker, 'endpoints')).forEach(expectAddresses),
  },
  {
    number: 353,
    level: 'MUST*',
    endpoint: 'bind',
    section: 'Endpoint Object',
    since: '2.15',
    title: 'names the protocol of an endpoint tcp, udp or all, or not at all',
    needs: ['anyBindable'],
    check: async (broker) => (await answersWith(broker, 'endpoints')).forEach(expectProtocols),
  },
  {
    number: 354,
    level: 'MUST',
    endpoint: 'bind',
    section,
    since: '2.15',
    title: 'tells of every endpoint an app needs, if it tells of any',
    cannotBeSeen: 'only the service itself knows which endpoints an app needs',
  },
  {
    number: 355,
    level: 'SHOULD',
    endpoint: 'bind',
    section: 'Binding; Types of Binding › Credentials',
    since: '2.15',
    title: 'tells of endpoints where its credentials name an address',
    needs: ['anyBindable'],
    check: async (broker) => {
      const answers = (await answersWith(broker, 'credentials')).filter(({ body }) => ADDRESSES.some((name) => name in Object(body['credentials'])));
      if (answers.length === 0) throw new Inapplicable('no credentials name an address in a way this suite knows');
      for (const answer of answers) {
        expectKind(answer, 'endpoints', 'list');
        expectThat((answer.body['endpoints'] as unknown[]).length > 0, `${answer.story}; expected an endpoint`);
      }
    },
  },
  {
    number: 356,
    level: 'MUST',
    endpoint: 'bind',
    section: 'Binding Metadata Object',
    since: '2.16',
    title: 'tells when a binding expires by date and time in UTC, with a fraction of the second',
    needs: ['anyBindable'],
    check: async (broker) => {
      for (const answer of await answersDated(broker, 'expires_at')) expectMoment(answer, 'expires_at');
    },
  },
  {
    number: 357,
    level: 'MUST',
    endpoint: 'bind',
    section: 'Binding Metadata Object',
    since: '2.17',
    title: 'tells in the same way when a binding is to be renewed, and not for later than it expires',
    needs: ['anyBindable'],
    check: async (broker) => (await answersDated(broker, 'renew_before')).forEach(expectRenewal),
  },
  {
    number: 358,
    level: 'SHOULD',
    endpoint: 'bind',
    section,
    since: '2.16',
    title: 'tells nothing in the metadata of a binding that one needs to connect',
    needs: ['anyBindable'],
    check: async (broker) => {
      for (const answer of await answersWith(broker, 'metadata')) {
        const metadata = Object(answer.body['metadata']) as object;
        const secrets = textsIn(answer.body['credentials']).filter((text) => text.length >= LONG_ENOUGH);
        const told = textsIn(metadata).some((text) => secrets.some((secret) => text.includes(secret)));
        const named = Object.keys(metadata).filter((name) => SECRETS.test(name));
        expectThat(!told && named.length === 0, `${answer.request} was answered with metadata that hold what one connects with`);
      }
    },
  },
  {
    number: 359,
    level: 'MUST',
    endpoint: 'bind',
    section,
    since: '2.15',
    title: 'names the operation of a bind it finishes later by a text of at most 10,000 characters',
    needs: ['asyncBinding'],
    check: async (broker) => {
      const { first } = await boundOf(broker, 'asyncBinding');
      expectStatus(first, 202);
      if (!('operation' in first.body)) throw new Inapplicable('its operations have no name');
      expectKind(first, 'operation', 'text');
      expectThat((first.word('operation') ?? '').length <= 10_000, `${first.story}; expected a shorter operation`);
    },
  },
  {
    number: 360,
    level: 'MUST*',
    endpoint: 'bind',
    section: 'Binding',
    since: '2.14',
    title: 'announces bindings_retrievable where it finishes binds later, since nobody could read their credentials else',
    needs: ['asyncBinding'],
    check: async (broker) => {
      const { service } = broker.cast('asyncBinding');
      expectThat(service['bindings_retrievable'] === true, `the service ${String(service['name'])} does not announce bindings_retrievable`);
    },
  },
  {
    number: 361,
    level: 'MAY',
    endpoint: 'bind',
    section: 'Binding',
    since: '2.14',
    title: 'may give credentials once only, but then never others',
    needs: ['anyBindable'],
    check: async (broker) => {
      for (const { first, again, fetched } of await broker.once(binds)) {
        const told = [first, again, ...(fetched ? [fetched] : [])].filter(({ status, body }) => status !== 202 && 'credentials' in body);
        const [once] = told;
        if (once) for (const answer of told) expectSame(once, answer, 'credentials');
        else expectStatus(first, 201);
      }
    },
  },
  {
    number: 362,
    level: 'MUST*',
    endpoint: 'bind',
    section: 'Binding › Body',
    since: '2.13',
    title: 'answers 400 to an empty app_guid, or takes it for none at all',
    needs: ['anyBindable', 'requiresApp'],
    // The reference asks for 400; but Korifi, a platform, sends an empty one where there is no app.
    check: async (broker) => {
      const [binding, appless] = [(await broker.made('anyBindable')).binding(), (await broker.made('requiresApp')).binding()];
      expectRefusal(await appless.bind({ app_guid: '' }, incomplete), [400, 422]);
      await expectNeverMade(appless);
      const answer = await binding.bind({ app_guid: '' }, incomplete);
      if (answer.status === 400) return expectNeverMade(binding);
      await expectAccepted(binding, answer, [201, 202]);
      expectStatus(await binding.bind({}, incomplete), 200);
    },
  },
  {
    number: 363,
    level: 'OPEN',
    endpoint: 'bind',
    section: 'Types of Binding › Route Services',
    since: '2.14',
    title: 'answers 400 to a bind without a route where the plan can be bound to a route only, and says why',
    needs: ['routeService'],
    check: async (broker) => {
      const binding = (await broker.made('routeService')).binding();
      const answer = await binding.bind({}, incomplete);
      expectRefusal(answer, 400);
      expectDescription(answer);
      await expectNeverMade(binding);
    },
  },
  {
    number: 364,
    level: 'MAY',
    endpoint: 'bind',
    section: 'Binding',
    since: '2.13',
    title: 'may not know of binds where nothing can be bound, and turns them away with a JSON object all the same',
    needs: ['notBindable'],
    check: async (broker) => {
      const instance = await broker.made('notBindable');
      expectRefusal(await instance.binding().bind({}, incomplete), [400, 404, 405, 422]);
    },
  },
  {
    number: 365,
    level: 'SHOULD',
    endpoint: ['bind', 'unbind'],
    section: 'Orphan Mitigation',
    since: '2.13',
    title: 'removes all that is left of a bind it answered 5xx when it is asked to',
    needs: ['brokenBind'],
    check: async (broker) => {
      const { created, deletes, fetched, deletedAgain } = await broker.once(brokenBind);
      expectThat(created.status >= 500, `${created.story}; expected 5xx, as the profile says`);
      for (const answer of deletes) expectStatus(answer, 200, 202, 410, 422);
      expectNoStatus(fetched, 200);
      expectStatus(deletedAgain, 410);
    },
  },
];
