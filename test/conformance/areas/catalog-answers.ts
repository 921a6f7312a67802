import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { Broken, expectObject, expectStatus, expectThat, Inapplicable, sameJson } from '../expecting.js';
import type { Row } from '../row.js';
import { allPlans, catalogAgain, expectKept, offerings, plansOf } from '../stories/catalogs.js';
import type { Answer, JsonObject } from '../wire/answer.js';

const endpoint = 'catalog';
const section = 'Catalog Management';

/** The members of services and plans the specification gives a meaning. */
const KNOWN = new Set(
  [
    'id name description bindable plan_updateable metadata plans tags requires dashboard_client',
    'instances_retrievable bindings_retrievable allow_context_updates',
    'free binding_rotatable maximum_polling_duration maintenance_info schemas',
  ].flatMap((names) => names.split(' ')),
);

/** How the catalog is answered. */
export const catalogAnswers: readonly Row[] = [
  {
    number: 89,
    level: 'MUST',
    endpoint,
    section: 'Catalog Management › Response',
    since: '2.13',
    title: 'answers 200 with an object that has a list of services',
    check: async (broker) => {
      const answer = await broker.once(catalogAgain);
      expectStatus(answer, 200);
      expectThat(Array.isArray(expectObject(answer)['services']), `${answer.story}; expected a list of services`);
    },
  },
  {
    number: 90,
    level: 'MAY',
    endpoint,
    section: 'Catalog Management › Body',
    since: '2.13',
    title: 'may offer nothing, but has an empty list of services then: neither null nor no services at all',
    check: async (broker) => {
      const answer = await broker.once(catalogAgain);
      expectThat((answer.body['services'] ?? null) !== null, `${answer.story}; expected an empty list where there are no services`);
    },
  },
  {
    number: 105,
    level: 'MUST NOT',
    endpoint,
    section,
    since: '2.13',
    title: 'does not change the ids of services and plans from one reading of the catalog to the next',
    check: async (broker) => {
      const [before, after] = [idsIn(broker.catalog), idsIn((await broker.once(catalogAgain)).body)];
      if (sameJson(before, after)) return;
      const changed = Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
      throw new Broken(`the catalog was read twice, and ${changed.join(', ')} changed; expected the same ids for the same names`);
    },
  },
  {
    number: 106,
    level: 'MUST NOT',
    endpoint,
    section,
    since: '2.13',
    title: 'does not change the id of a service or plan that gets another name',
    cannotBeSeen: 'Only the operator of a broker gives a service another name; to a platform it is one that went and one that came.',
  },
  {
    number: 107,
    level: 'SHOULD',
    endpoint: ['bind', 'unbind', 'deprovision', 'last operation', 'fetch instance'],
    section,
    since: '2.13',
    title: 'goes on to serve the instances of a plan that was taken out of its catalog',
    cannotBeSeen: 'Only the operator of a broker takes a plan out of its catalog.',
  },
  {
    number: 109,
    level: 'MAY',
    endpoint,
    section: 'Catalog Management; RFC 7232',
    since: '2.16',
    title: 'answers 304 without a body to a platform that knows the ETag of the catalog, and 200 to one that knows another',
    check: async (broker) => {
      const etag = offered(await broker.once(catalogAgain), 'ETag');
      const known = [etag, `"another", ${etag}`, etag.startsWith('W/') ? etag : `W/${etag}`];
      for (const tags of known) expectNotModified(await asked(broker, 'If-None-Match', tags));
      for (const tags of ['"another"', 'W/"another"']) expectWhole(await asked(broker, 'If-None-Match', tags));
    },
  },
  {
    number: 110,
    level: 'MAY',
    endpoint,
    section: 'Catalog Management; RFC 7232',
    since: '2.16',
    title: 'answers 304 without a body to a platform that asks for changes since Last-Modified, and 200 to one that knows it from before',
    check: async (broker) => {
      const date = offered(await broker.once(catalogAgain), 'Last-Modified');
      expectNotModified(await asked(broker, 'If-Modified-Since', date));
      const before = new Date(Date.parse(date) - 86_400_000).toUTCString();
      expectWhole(await asked(broker, 'If-Modified-Since', before));
    },
  },
  {
    number: 111,
    level: 'MUST*',
    endpoint,
    section: 'Originating Identity',
    since: '2.13',
    title: 'shows its catalog to a platform that does not say on whose behalf it asks',
    check: async (broker) =>
      expectWhole(await broker.send('GET', '/v2/catalog', { headers: { 'X-Broker-API-Originating-Identity': undefined } })),
  },
  {
    number: 112,
    level: 'MAY',
    endpoint,
    section: 'Vendor Extension Fields',
    since: '2.14',
    title: 'may tell more of services and plans than the specification knows, and tells it every time',
    check: (broker) => expectKept(broker, (catalog) => [...offerings(catalog), ...allPlans(catalog)], KNOWN),
  },
];

/** The id of every service and plan by its names. */
function idsIn(catalog: JsonObject): Record<string, unknown> {
  const named = offerings(catalog).flatMap((offering) => {
    const service = String(offering.members['name']);
    return [[service, offering.members['id']], ...plansOf(offering).map(({ members }) => [`${service}/${String(members['name'])}`, members['id']])];
  });
  return Object.fromEntries(named) as Record<string, unknown>;
}

function offered(answer: Answer, header: string): string {
  const value = answer.header(header);
  if (value !== undefined) return value;
  throw new Inapplicable(`the broker lacks ${header} with its catalog`);
}

const asked = (broker: BrokerUnderTest, header: string, value: string): Promise<Answer> =>
  broker.send('GET', '/v2/catalog', { headers: { [header]: value } });

function expectNotModified(answer: Answer): void {
  expectStatus(answer, 304);
  expectThat(answer.text === '', `${answer.story}; expected no body`);
}

function expectWhole(answer: Answer): void {
  expectStatus(answer, 200);
  expectThat(Array.isArray(expectObject(answer)['services']), `${answer.story}; expected the catalog`);
}
