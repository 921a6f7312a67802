import { randomUUID } from 'node:crypto';
import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Binding, Instance } from '../broker/resources.js';
import { expectMember, expectObject, expectRefusal, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Area } from '../row.js';
import type { Endpoint } from '../specification.js';
import { expectAccepted } from '../stories/changes.js';
import { everyCall, living } from '../stories/every-call.js';
import { expectStillThere } from '../stories/refused-changes.js';
import { expectWholeLife } from '../stories/whole-life.js';
import type { Answer } from '../wire/answer.js';

const section = 'URL Properties';
const incomplete = { incomplete: true };
const RESOURCES: readonly Endpoint[] = [
  'provision',
  'update',
  'fetch instance',
  'last operation',
  'deprovision',
  'bind',
  'fetch binding',
  'last operation of a binding',
  'unbind',
];

/** Ids that need escapes in a path. */
const ODD_IDS = ['two words', 'a/b', 'a:b', '100%', 'what?', 'a#b', 'a+b', 'a&b=c;d', 'Zoë 日本 😀', '/', '%2F', "it's \"it\"", String.raw`a\b`];

/** Nobody used it before: most of it is drawn. */
const unique = (id: string): string => `${id}${randomUUID().slice(0, 8)}`;

/** Every byte as an escape, with small letters: the same id in another spelling. */
const respelt = (id: string): string => [...Buffer.from(id)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

/** Two ids are two instances: both can be made, and removing one leaves the other. */
async function expectTwo(broker: BrokerUnderTest, one: string, other: string): Promise<void> {
  const [first, second] = [broker.instance('any', one), broker.instance('any', other)];
  for (const each of [first, second]) await expectAccepted(each, await each.provision({}, incomplete), [201, 202]);
  await expectAccepted(first, await first.deprovision(incomplete), [200, 202]);
  await expectStillThere(second);
}

/** What these paths are answered for every method that makes, reads or removes. */
async function everyVerb(broker: BrokerUnderTest, paths: readonly string[]): Promise<Answer[]> {
  const { provisionBody: body, serviceId: service_id, planId: plan_id } = broker.instance('any');
  const answers = paths.map((path) => [
    broker.send('PUT', path, { body }),
    broker.send('GET', path),
    broker.send('DELETE', path, { query: { service_id, plan_id } }),
  ]);
  return Promise.all(answers.flat());
}

/** The deletes and reads, of an instance and its binding, with this query. */
async function withQuery(broker: BrokerUnderTest, query: string, calls: readonly Endpoint[]): Promise<Answer[]> {
  const chosen = (await everyCall(broker)).filter(({ endpoint }) => calls.includes(endpoint));
  return Promise.all(chosen.map(({ method, path }) => broker.send(method, path, { query })));
}

/** A running operation is found by its name in any spelling, and by no other name. */
async function expectFound(broker: BrokerUnderTest, resource: Instance | Binding, accepted: Answer): Promise<void> {
  expectStatus(accepted, 202);
  const name = accepted.word('operation');
  if (!name) throw new Inapplicable('its operations have no name');
  for (const query of [new URLSearchParams({ operation: name }).toString(), `operation=${encodeURIComponent(name)}`, `operation=${respelt(name)}`]) {
    const polled = await broker.send('GET', `${resource.path}/last_operation`, { query });
    expectStatus(polled, 200);
    expectThat(['in progress', 'succeeded'].includes(polled.word('state') ?? ''), `${polled.story}; expected the state of the operation`);
  }
  expectMember(await resource.ended(accepted), 'state', 'succeeded');
}

/** Made, or refused as too long. */
async function expectMadeOr400(resource: Instance | Binding, answer: Answer): Promise<void> {
  if (answer.status === 400) expectObject(answer);
  else await expectAccepted(resource, answer, [201, 202]);
}

/** Ids in paths, and what stands in queries. */
export const idsInUrls: Area = {
  code: 'URL',
  rows: [
    {
      number: 64,
      level: 'MUST*',
      endpoint: RESOURCES,
      section,
      since: '2.13',
      title: 'takes ids of letters, digits and -._~ that are no GUIDs through a whole life',
      needs: ['any'],
      check: async (broker) => {
        for (const id of ['conformance-', '0', 'A.b_c~d-', '~', 'last_operation', 'constructor-']) await expectWholeLife(broker, {}, unique(id));
      },
    },
    {
      number: 65,
      level: 'MUST*',
      endpoint: RESOURCES,
      section,
      since: '2.13',
      title: 'takes ids of any characters through a whole life, however they are escaped',
      needs: ['any'],
      check: async (broker) => {
        await Promise.all(ODD_IDS.map((id) => expectWholeLife(broker, {}, unique(id))));
        const instance = await broker.made('any', unique('a b/ë'));
        const path = `/v2/service_instances/${respelt(instance.id)}`;
        const again = await broker.send('PUT', path, { body: instance.provisionBody, query: { accepts_incomplete: 'true' } });
        expectStatus(again, 200);
      },
    },
    {
      number: 66,
      level: 'MUST*',
      endpoint: 'provision',
      section,
      since: '2.13',
      title: 'makes two instances of ids that differ in letter case only',
      needs: ['any'],
      check: async (broker) => {
        const id = unique('Abc-');
        await expectTwo(broker, id, id.toLowerCase());
      },
    },
    {
      number: 67,
      level: 'MUST*',
      endpoint: 'provision',
      section: `${section}; RFC 3986`,
      since: '2.13',
      title: 'decodes ids once: a%2Fb and a/b are two instances',
      needs: ['any'],
      check: async (broker) => {
        const id = unique('');
        await expectTwo(broker, `a%2Fb${id}`, `a/b${id}`);
      },
    },
    {
      number: 68,
      level: 'OPEN',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'answers 400 to ids with escapes that are none',
      needs: ['any'],
      check: async (broker) => {
        const { path } = broker.instance('any');
        const paths = ['%E0%A4%A', 'a%', '%zz', '%C3%28'].flatMap((id) => [`/v2/service_instances/${id}`, `${path}/service_bindings/${id}`]);
        for (const answer of await everyVerb(broker, paths)) expectRefusal(answer, 400);
      },
    },
    {
      number: 69,
      level: 'MUST*',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'answers 400 or 404 to an empty id, and takes it for no other call',
      needs: ['any'],
      check: async (broker) => {
        const { path } = broker.instance('any');
        const bindings = ['/v2/service_instances//service_bindings/b', `${path}/service_bindings/`];
        for (const answer of await everyVerb(broker, ['/v2/service_instances/', ...bindings])) expectRefusal(answer, [400, 404]);
        for (const each of ['/v2/service_instances/', ...bindings]) {
          expectRefusal(await broker.send('GET', `${each}/last_operation`), [400, 404]);
        }
      },
    },
    {
      number: 70,
      level: 'OPEN',
      endpoint: ['provision', 'bind'],
      section: 'Catalog Management',
      since: '2.14',
      title: 'takes ids of 255 characters through a whole life, and those of 1,024 too, or answers 400',
      needs: ['any'],
      check: async (broker) => {
        for (const length of [36, 255]) await expectWholeLife(broker, {}, unique('x'.repeat(length - 8)));
        const long = unique('x'.repeat(1_016));
        const instance = broker.instance('any', long);
        await expectMadeOr400(instance, await instance.provision({}, incomplete));
        if (!broker.parts.has('anyBindable')) return;
        const binding = (await broker.made('anyBindable')).binding(long);
        await expectMadeOr400(binding, await binding.bind({}, incomplete));
      },
    },
    {
      number: 71,
      level: 'MUST*',
      endpoint: ['last operation', 'last operation of a binding'],
      section: 'Polling Last Operation for Service Instances › Parameters',
      since: '2.13',
      title: 'finds an operation by its name, however that is escaped in the query',
      needs: ['async'],
      check: async (broker) => {
        const instance = broker.instance('async');
        await expectFound(broker, instance, await instance.provision({}, incomplete));
        if (!broker.parts.has('asyncBinding')) return;
        const binding = (await broker.made('asyncBinding')).binding();
        await expectFound(broker, binding, await binding.bind({}, incomplete));
      },
    },
    {
      number: 72,
      level: 'OPEN',
      endpoint: ['deprovision', 'unbind', 'last operation', 'fetch instance'],
      section: 'Deprovisioning › Parameters; Unbinding › Parameters',
      since: '2.13',
      title: 'answers 400 to a service_id that stands in the query twice',
      needs: ['any'],
      check: async (broker) => {
        const { serviceId: service_id, planId: plan_id } = broker.instance('any');
        const query = `${new URLSearchParams({ service_id, plan_id }).toString()}&${new URLSearchParams({ service_id }).toString()}`;
        const answers = await withQuery(broker, query, ['deprovision', 'unbind', 'last operation', 'fetch instance']);
        for (const answer of answers) expectRefusal(answer, 400);
      },
    },
    {
      number: 73,
      level: 'MUST',
      endpoint: ['fetch instance', 'last operation', 'fetch binding', 'last operation of a binding', 'deprovision', 'unbind'],
      section: 'Deprovisioning › Parameters; Unbinding › Parameters; Fetching a Service Instance › Parameters',
      since: '2.13',
      title: 'answers 400 to deletes with an empty id in the query, and to such reads, too, or as if it were not there',
      needs: ['any'],
      check: async (broker) => {
        const { instance } = await broker.once(living);
        for (const query of [`service_id=&plan_id=${instance.planId}`, `service_id=${instance.serviceId}&plan_id=`]) {
          for (const answer of await withQuery(broker, query, ['deprovision', 'unbind'])) expectRefusal(answer, 400);
        }
        for (const reads of [['last operation', 'last operation of a binding'], ['fetch instance', 'fetch binding']] as const) {
          const plain = await withQuery(broker, '', reads);
          const empty = await withQuery(broker, 'service_id=&plan_id=&operation=', reads);
          for (const [index, answer] of empty.entries()) expectStatus(answer, 400, plain[index]?.status ?? 400);
        }
      },
    },
    {
      number: 74,
      level: 'OPEN',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'answers 404 or 405 with a JSON object to paths and methods the API does not have',
      needs: ['any'],
      check: async (broker) => {
        const { path } = (await broker.once(living)).instance;
        const requests = [
          ['GET', '/v2'],
          ['GET', '/v2/conformance'],
          ['GET', '/v2/service_instances'],
          ['GET', `${path}/conformance`],
          ['GET', `${path}/service_bindings`],
          ['DELETE', '/v2/catalog'],
          ['PUT', '/v2/catalog'],
          ['POST', path],
          ['PUT', `${path}/last_operation`],
          ['PATCH', `${path}/service_bindings/conformance`],
        ] as const;
        for (const [method, each] of requests) expectRefusal(await broker.send(method, each, method.startsWith('P') ? { body: {} } : {}), [404, 405]);
      },
    },
  ],
};
