import { expectObject, expectStatus, expectThat } from '../expecting.js';
import type { Area, Row } from '../row.js';
import { everyAnswer } from '../stories/every-answer.js';
import { expectWholeLife } from '../stories/whole-life.js';
import type { Answer } from '../wire/answer.js';
import { bodiesSent } from './bodies-sent.js';

/** Every member an answer can have by the specification. */
const MEMBERS = new Set([
  'services',
  'error',
  'description',
  'state',
  'operation',
  'instance_usable',
  'update_repeatable',
  'service_id',
  'plan_id',
  'parameters',
  'maintenance_info',
  'dashboard_url',
  'metadata',
  'credentials',
  'syslog_drain_url',
  'route_service_url',
  'volume_mounts',
  'endpoints',
]);

function expectOnly(answer: Answer, ...names: readonly string[]): void {
  expectStatus(answer, 200);
  const others = Object.keys(expectObject(answer)).filter((name) => !names.includes(name));
  expectThat(others.length === 0, `${answer.story}; expected ${names.length === 0 ? '{}' : `nothing but ${names.join(' and ')}`}`);
}

/** What is sent back. */
const bodiesAnswered: readonly Row[] = [
  {
    number: 45,
    level: 'SHOULD',
    endpoint: 'every',
    section: 'Content Type',
    since: '2.14',
    title: 'says of every body that it is application/json',
    needs: ['any'],
    check: async (broker) => {
      for (const answer of await broker.once(everyAnswer)) {
        const type = answer.header('Content-Type') ?? '';
        expectThat(answer.text === '' || /^application\/json *(;|$)/i.test(type), `${answer.story} as ${type || 'nothing'}; expected application/json`);
      }
    },
  },
  {
    number: 51,
    level: 'MUST*',
    endpoint: ['deprovision', 'unbind', 'fetch instance', 'fetch binding', 'last operation', 'last operation of a binding', 'catalog'],
    section: 'Fetching a Service Instance; Deprovisioning; Unbinding',
    since: '2.13',
    title: 'carries out deletes and reads without a body and a content type',
    needs: ['any'],
    check: (broker) => expectWholeLife(broker, {}),
  },
  {
    number: 52,
    level: 'MUST*',
    endpoint: 'every',
    section: 'Provisioning › Response; Updating › Response; Deprovisioning › Response',
    since: '2.13',
    title: 'answers with a JSON object, whatever it answers',
    needs: ['any'],
    check: async (broker) => {
      for (const answer of await broker.once(everyAnswer)) expectObject(answer);
    },
  },
  {
    number: 53,
    level: 'MUST*',
    endpoint: ['update', 'unbind', 'deprovision'],
    section: 'Updating › Response; Unbinding › Response; Deprovisioning › Response',
    since: '2.13',
    title: 'answers 200 with {} to what it changed or removed at once; an update may tell of dashboard and metadata',
    needs: ['sync'],
    check: async (broker) => {
      const instance = await broker.made(broker.parts.has('bindable') ? 'bindable' : 'sync');
      expectOnly(await instance.update(), 'dashboard_url', 'metadata');
      if (broker.parts.has('bindable')) {
        const binding = instance.binding();
        expectStatus(await binding.bind(), 201);
        expectOnly(await binding.unbind());
      }
      expectOnly(await instance.deprovision());
    },
  },
  {
    number: 57,
    level: 'OPEN',
    endpoint: 'every',
    section: 'URL Properties',
    since: '2.13',
    title: 'does not mind query parameters it does not know',
    needs: ['sync'],
    check: async (broker) => {
      const query = { 'x-acme': '1', foo: '' };
      const instance = broker.instance(broker.parts.has('bindable') ? 'bindable' : 'sync');
      expectStatus(await broker.send('GET', '/v2/catalog', { query }), 200);
      expectStatus(await instance.provision({}, { query }), 201);
      expectStatus(await instance.update({}, { query }), 200);
      const [plain, odd] = [await instance.lastOperation(), await instance.lastOperation(undefined, { query })];
      expectStatus(odd, plain.status);
      expectStatus(await instance.fetch({ query }), (await instance.fetch()).status);
      if (broker.parts.has('bindable')) {
        const binding = instance.binding();
        expectStatus(await binding.bind({}, { query }), 201);
        expectStatus(await binding.fetch({ query }), (await binding.fetch()).status);
        expectStatus(await binding.unbind({ query }), 200);
      }
      expectStatus(await instance.deprovision({ query }), 200);
    },
  },
  {
    number: 62,
    level: 'MUST*',
    endpoint: 'every',
    section: 'Orphan Mitigation',
    since: '2.13',
    title: 'answers 200, 201 or 202 to what goes well, and never sends elsewhere',
    needs: ['any'],
    check: async (broker) => {
      for (const answer of await broker.once(everyAnswer)) {
        expectThat(answer.status >= 400 || [200, 201, 202].includes(answer.status), `${answer.story}; expected 200, 201, 202 or an error`);
      }
    },
  },
  {
    number: 63,
    level: 'MAY',
    endpoint: 'every',
    section: 'Vendor Extension Fields',
    since: '2.14',
    title: 'may add members of its own to answers, under names with a prefix',
    needs: ['any'],
    check: async (broker) => {
      for (const answer of await broker.once(everyAnswer)) {
        const bare = Object.keys(answer.body).filter((name) => !MEMBERS.has(name) && !/^\w+[-.:/]./.test(name));
        expectThat(bare.length === 0, `${answer.story}; expected a prefix before ${bare.join(' and ')}`);
      }
    },
  },
];

/** Content types and bodies. */
export const bodies: Area = { code: 'BODY', rows: [...bodiesSent, ...bodiesAnswered].toSorted((a, b) => a.number - b.number) };
