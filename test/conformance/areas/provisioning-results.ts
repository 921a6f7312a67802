import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { expectMember, expectNoStatus, expectObject, expectRefusal, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import { brokenCreate, failedCreate } from '../stories/cleaned-up.js';
import { createdLater, createdTwice, creates } from '../stories/creates.js';
import { whileCreating } from '../stories/while-running.js';
import { expectKind, isObject } from '../stories/well-formed.js';
import type { Answer, JsonObject } from '../wire/answer.js';

const section = 'Provisioning › Body of the response';
const incomplete = { incomplete: true };

/** First answers to creates that have this member. */
async function answersWith(broker: BrokerUnderTest, member: string): Promise<Answer[]> {
  const answers = (await broker.once(creates)).map(({ first }) => first).filter(({ body }) => member in body);
  if (answers.length > 0) return answers;
  throw new Inapplicable(`no create is answered with ${member}`);
}

/** What the broker tells of an instance in its first answer, and what becomes of one that failed. */
export const provisionResults: readonly Row[] = [
  {
    number: 256,
    level: 'MUST',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'gives the dashboard in its first answer, also when it finishes later, and each instance has its own',
    needs: ['dashboard'],
    check: async (broker) => {
      const instances = [broker.instance('dashboard'), broker.instance('dashboard')];
      const answers = await Promise.all(instances.map((instance) => instance.provision({}, incomplete)));
      for (const answer of answers) {
        expectStatus(answer, 201, 202);
        expectKind(answer, 'dashboard_url', 'text');
      }
      expectThat(new Set(answers.map((answer) => answer.word('dashboard_url'))).size === 2, 'two instances have the same dashboard');
      if (!broker.parts.has('slowCreate')) return;
      const { instance, accepted } = await broker.once(whileCreating);
      const fetched = instance.cast.service['instances_retrievable'] === true ? await instance.fetch() : undefined;
      if (fetched?.word('dashboard_url') !== undefined) expectMember(accepted, 'dashboard_url', fetched.body['dashboard_url']);
    },
  },
  {
    number: 257,
    level: 'MUST',
    endpoint: 'provision',
    section,
    since: '2.15',
    title: 'gives a dashboard as text or null',
    needs: ['any'],
    check: async (broker) => {
      for (const answer of await answersWith(broker, 'dashboard_url')) expectKind(answer, 'dashboard_url', 'text or null');
    },
  },
  {
    number: 258,
    level: 'MUST',
    endpoint: 'provision',
    section,
    since: '2.15',
    title: 'names the operation of a 202 by a text of at most 10,000 characters, or null',
    needs: ['async'],
    check: async (broker) => {
      const { accepted } = await broker.once(createdLater);
      expectStatus(accepted, 202);
      if (!('operation' in expectObject(accepted))) throw new Inapplicable('its operations have no name');
      expectKind(accepted, 'operation', 'text or null');
      expectThat((accepted.word('operation') ?? '').length <= 10_000, `${accepted.story}; expected a shorter operation`);
    },
  },
  {
    number: 259,
    level: 'MUST*',
    endpoint: 'provision',
    section: 'Provisioning › Response',
    since: '2.13',
    title: 'is through with a create by its 201: there is nothing to poll for',
    needs: ['sync'],
    check: async (broker) => {
      const { first, again, polled } = await broker.once(createdTwice);
      expectStatus(first, 201);
      expectStatus(again, 200);
      expectThat(polled.body['state'] !== 'in progress', `${polled.story}; expected nothing in progress after a 201`);
    },
  },
  ...(['labels', 'attributes'] as const).map(
    (member): Row => ({
      number: member === 'labels' ? 260 : 261,
      level: 'MAY',
      endpoint: 'provision',
      section: 'Service Instance Metadata',
      since: member === 'labels' ? '2.16' : '2.17',
      title: `may tell ${member} of an instance, as an object`,
      needs: ['any'],
      check: async (broker) => {
        const answers = await answersWith(broker, 'metadata');
        for (const answer of answers) expectKind(answer, 'metadata', 'object');
        const values = answers.map(({ body }) => (body['metadata'] as JsonObject)[member]).filter((value) => value !== undefined);
        if (values.length === 0) throw new Inapplicable(`no create is answered with metadata.${member}`);
        expectThat(values.every(isObject), `the ${member} in metadata are ${JSON.stringify(values)}; expected objects`);
      },
    }),
  ),
  {
    number: 262,
    level: 'SHOULD',
    endpoint: 'provision',
    section: 'Orphan Mitigation',
    since: '2.13',
    title: 'removes all that is left of a create it answered 5xx when it is asked to',
    needs: ['brokenCreate'],
    check: async (broker) => {
      const { created, deletes, fetched, deletedAgain } = await broker.once(brokenCreate);
      expectThat(created.status >= 500, `${created.story}; expected 5xx, as the profile says`);
      for (const answer of deletes) expectStatus(answer, 200, 202, 410, 422);
      expectNoStatus(fetched, 200);
      expectStatus(deletedAgain, 410);
    },
  },
  {
    number: 263,
    level: 'OPEN',
    endpoint: 'provision',
    section: 'Provisioning › Route',
    since: '2.16',
    title: 'takes the id of an instance that failed and was removed for a new one',
    needs: ['failingCreate'],
    check: async (broker) => {
      const { resource } = await broker.once(failedCreate);
      const instance = broker.instance('failingCreate', resource.id);
      expectStatus(await instance.provision({}, incomplete), 201, 202);
    },
  },
  {
    number: 264,
    level: 'OPEN',
    endpoint: 'provision',
    section: 'Provisioning › Response',
    since: '2.13',
    title: 'answers the same create again after it failed by a new attempt, by 409 or by 422, never by 200',
    needs: ['failingCreate'],
    check: async (broker) => {
      const instance = broker.instance('failingCreate');
      const ended = await instance.ended(await instance.provision({}, incomplete));
      expectMember(ended, 'state', 'failed');
      expectStatus(await instance.provision({}, incomplete), 201, 202, 409, 422);
    },
  },
  {
    number: 265,
    level: 'OPEN',
    endpoint: 'provision',
    section: 'Provisioning › Response',
    since: '2.13',
    title: 'answers 409 to the first create again when the instance has another plan by now',
    needs: ['updateable', 'updateTarget'],
    check: async (broker) => {
      const instance = await broker.made('updateable');
      await instance.settled(await instance.update({ plan_id: broker.cast('updateTarget').plan['id'] }, incomplete));
      expectRefusal(await instance.provision({}, incomplete), 409);
    },
  },
];
