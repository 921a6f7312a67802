import type { Answer } from '../support/http-client.js';
import { reply } from '../support/stub-broker.js';
import { HOSTILE_JSON } from './hostile-json.js';
import { catalogWith, type HostileStage } from './stage.js';

/** Something hostile that is done to a gateway. Where it has a name, a row of docs/reference/limits.md is shown by it. */
export interface HostileCase {
  readonly name: string;
  /** What is answered. */
  readonly status: number;
  readonly run: (stage: HostileStage) => Promise<Answer>;
}

const MEGABYTE = 1_048_576;
const values = (count: number): string => `{"a":[${'1,'.repeat(count - 3)}1]}`;
const keys = (count: number): string => JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, i])));

/** A refusal at a limit: one case for every row of the page. */
export const LIMIT_CASES: readonly HostileCase[] = [
  { name: 'body-bytes', status: 413, run: (stage) => stage.create(`,"parameters":{"a":"${'x'.repeat(MEGABYTE)}"}`) },
  { name: 'body-depth', status: 400, run: (stage) => stage.create(`,"parameters":${'{"a":'.repeat(64)}1${'}'.repeat(64)}`) },
  { name: 'body-values', status: 400, run: (stage) => stage.create(`,"parameters":${values(20_001)}`) },
  { name: 'body-number', status: 400, run: (stage) => stage.create(`,"parameters":{"a":1${'0'.repeat(60_000)}1}`) },
  { name: 'body-text', status: 400, run: (stage) => stage.osb.request('PUT', '/v2/service_instances/i', { body: { service_id: 's', plan_id: 'p', organization_guid: 'o'.repeat(1_025), space_guid: 's' } }) },
  { name: 'resource-id', status: 400, run: (stage) => stage.create('', 'x'.repeat(1_025)) },
  { name: 'headers-bytes', status: 431, run: (stage) => stage.get('/v2/catalog', { headers: { 'x-hostile': 'x'.repeat(65_536) } }) },
  { name: 'authorization', status: 401, run: (stage) => stage.get('/v2/catalog', { headers: { authorization: `Basic ${'A'.repeat(4_096)}` } }) },
  { name: 'version-header', status: 400, run: (stage) => stage.get('/v2/catalog', { headers: { 'x-broker-api-version': `2.${'1'.repeat(50_000)}` } }) },
  { name: 'operation-id', status: 404, run: (stage) => stage.get(`/v2/service_instances/i/last_operation?operation=${'x'.repeat(10_001)}`) },
  { name: 'merged-parameters', status: 400, run: growingParameters },
  { name: 'admin-body', status: 400, run: (stage) => stage.admin.request('POST', '/admin/v1/backends', { raw: `{"name":"b","type":"osb","settings":${keys(5_001)}}` }) },
  { name: 'admin-search', status: 400, run: (stage) => stage.admin.request('GET', `/admin/v1/instances?instanceId=${'x'.repeat(1_025)}`) },
  { name: 'admin-cursor', status: 400, run: (stage) => stage.admin.request('GET', `/admin/v1/instances?after=${'x'.repeat(4_097)}`) },
  { name: 'admin-page', status: 400, run: (stage) => stage.admin.request('GET', '/admin/v1/instances?limit=501') },
  { name: 'answer-bytes', status: 502, run: (stage) => stage.createAnswered(reply(201, `{"a":"${'x'.repeat(MEGABYTE)}"}`)) },
  { name: 'answer-depth', status: 502, run: (stage) => stage.bindAnswered(reply(201, `{"credentials":${'{"a":'.repeat(64)}1${'}'.repeat(64)}}`)) },
  { name: 'answer-values', status: 502, run: (stage) => stage.bindAnswered(reply(201, `{"credentials":${values(20_001)}}`)) },
  { name: 'answer-number', status: 502, run: (stage) => stage.bindAnswered(reply(201, `{"credentials":{"port":1e${'9'.repeat(900_000)}}}`)) },
  { name: 'answer-description', status: 400, run: (stage) => stage.createAnswered(reply(400, { description: 'x '.repeat(100_000) })) },
  { name: 'answer-retry-after', status: 503, run: (stage) => stage.createAnswered(reply(429, {}, { 'retry-after': `Mon, ${'11:'.repeat(5_000)}` })) },
  { name: 'schema-pattern', status: 400, run: (stage) => stage.create(`,"parameters":{"evil":"${'a'.repeat(50_000)}!"}`) },
];

async function growingParameters(stage: HostileStage): Promise<Answer> {
  const id = 'growing-parameters';
  const half = (name: string): string => `{"${name}":"${'x'.repeat(MEGABYTE * 0.6)}"}`;
  await stage.create(`,"parameters":${half('first')}`, id);
  return stage.update(id, half('second'));
}

/** What a body as large as it may be is read from, and what is refused before it is. */
const jsonCases: readonly HostileCase[] = Object.entries(HOSTILE_JSON).map(([what, make]) => ({
  name: `a body with ${what}`,
  status: 0,
  run: (stage) => stage.create(`,"parameters":${make(MEGABYTE - 200)}`),
}));

/** The largest that is taken, sent twice: the second one is compared with what is recorded. */
const largest: Readonly<Record<string, string>> = {
  'one string': `{"a":"${'x'.repeat(MEGABYTE - 300)}"}`,
  '20,000 numbers': values(19_990),
  '20,000 keys': keys(19_980),
  '1,000 numbers of 1,024 characters': `{"a":[${Array.from({ length: 1_000 }, () => `1${'0'.repeat(1_022)}1`).join(',')}]}`,
  '1,000 long exponents': `{"a":[${Array.from({ length: 1_000 }, () => `1e${'9'.repeat(1_000)}`).join(',')}]}`,
};

const largestCases: readonly HostileCase[] = Object.entries(largest).map(([what, parameters]) => ({
  name: `${what}, sent again in another spelling`,
  status: 200,
  run: async (stage) => {
    const id = `largest-${what.replaceAll(' ', '-')}`;
    await stage.create(`,"parameters":${parameters}`, id);
    return stage.create(`,"parameters":${parameters.replace(':', ': ')}`, id);
  },
}));

const plan = (i: number): object => ({ id: `plan-${i}`, name: `plan-${i}`, description: 'one of many' });
const offering = (i: number, plans: readonly object[], more: object = {}): object => ({ id: `s-${i}`, name: `s-${i}`, description: 'x', bindable: true, plans, ...more });
const schemaPlan = (i: number): object => {
  const parameters = { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object', title: `${i}`, anyOf: Array.from({ length: 20_000 }, () => ({})) };
  return { ...plan(i), schemas: { service_instance: { create: { parameters }, update: { parameters } } } };
};
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** With 80 plans of 1,400 characters: 60 of these have 7 MB, and all of it is published. */
const largeOffering = (i: number): object =>
  offering(i, many(80, (j) => ({ id: `plan-${i}-${j}`, name: `plan-${j}`, description: 'x'.repeat(1_400) })));

const CATALOGS: Readonly<Record<string, () => object | string>> = {
  '100,000 plans in one service': () => catalogWith(offering(0, many(100_000, plan))),
  '20,000 services': () => catalogWith(...many(20_000, (i) => offering(i, [plan(i)]))),
  '1,000,000 wrong tags': () => catalogWith(offering(0, [plan(0)], { tags: many(900_000, () => 1) })),
  'schemas of 20,000 schemas': () => catalogWith(offering(0, many(30, schemaPlan))),
  'as much as is published': () => catalogWith(...many(60, largeOffering)),
  'one string of 7 MiB': () => catalogWith(offering(0, [plan(0)], { metadata: { displayName: 'x'.repeat(7_000_000) } })),
  'a long version': () => catalogWith(offering(0, [{ ...plan(0), maintenance_info: { version: `1.0.0-${'1'.repeat(2_000_000)}!` } }])),
  'keys without end': () => `{"services":[],${keys(400_000).slice(1)}`,
  'numbers without end': () => `{"services":[${'1,'.repeat(3_000_000)}1]}`,
};

const catalogCases: readonly HostileCase[] = Object.entries(CATALOGS).map(([what, make]) => ({
  name: `a catalog with ${what}`,
  status: 200,
  run: (stage) => stage.readCatalog(reply(200, make())),
}));

const headerCases: readonly HostileCase[] = [
  { name: 'an If-None-Match of 16,000 tags', status: 200, run: (stage) => stage.get('/v2/catalog', { headers: { 'if-none-match': '"a",'.repeat(15_000) } }) },
  { name: 'an originating identity of 48 kB', status: 404, run: (stage) => stage.get('/v2/service_instances/none', { headers: { 'x-broker-api-originating-identity': `a ${Buffer.from(`{"a":"${'x'.repeat(40_000)}"}`).toString('base64')}` } }) },
  { name: 'a query of 60 kB', status: 404, run: (stage) => stage.get(`/v2/service_instances/none?${'a=1&'.repeat(15_000)}`) },
  { name: 'a path of 60 kB', status: 404, run: (stage) => stage.get(`/v2/${'%41/'.repeat(14_000)}`) },
  { name: '16,000 wrong members of an operator', status: 400, run: (stage) => stage.admin.request('POST', '/admin/v1/platforms', { raw: keys(4_990) }) },
];

/** All that is sent by `npm run stalls`. */
export const HOSTILE_CASES: readonly HostileCase[] = [...LIMIT_CASES, ...jsonCases, ...largestCases, ...headerCases, ...catalogCases];
