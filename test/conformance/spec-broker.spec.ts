import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseProfile } from './broker/profile.js';
import { failed, runAgainst } from './fixtures/outcomes.js';
import { startSpecBroker, type SpecBroker } from './fixtures/spec-broker.js';
import { reasons } from './report/summary.js';
import type { Run } from './runner/result.js';

/** What the specification does not ask for: failures, slowness, dashboards and the like. */
const LACKS = [
  'asyncOnlyBinding',
  'brokenBind',
  'ETag',
  'Last',
  'bindableItself',
  'brokenCreate',
  'bullets',
  'costs',
  'brokenUnbind',
  'dashboard',
  'expiredBinding',
  'dashboard_client',
  'displayName',
  'documentationUrl',
  'extensions',
  'failingBind',
  'failingCreate',
  'failingDelete',
  'failingUnbind',
  'failingUpdate',
  'free',
  'lateCreate',
  'logDrain',
  'managedRoutes',
  'metadata',
  'newDashboard',
  'noContextUpdates',
  'notFetchable',
  'otherLogin',
  'notFetchableInstance',
  'otherService',
  'overQuota',
  'refusedUpdate',
  'requiresApp',
  'routeService',
  'slowBind',
  'requires',
  'shareable',
  'slowCreate',
  'slowDelete',
  'slowUnbind',
  'slowCreateAndDelete',
  'slowUpdate',
  'tags',
  'unusableUpdate',
  'volume',
  'withMetadata',
  'it tells of no volumes, endpoints or metadata',
  'its bindings have no metadata',
  'no bind is answered with endpoints',
  'no bind is answered with metadata',
  'no create is answered with dashboard_url',
  'no create is answered with metadata',
  'no credentials name an address in a way this suite knows',
  'no update is answered with metadata',
  'the plan has a schema for creates',
  'the plan has no parameter that is called $ref',
  'the plan spec/unbound has no parameter schema for this call',
  'the profile names no creates that fail',
  'the profile names no deletes that fail',
  'the profile names no updates that fail or take their time',
  'the profile names nothing that overruns a maximum_polling_duration',
  'the profile names nothing that takes its time',
];
const PROFILE = `
oldestVersion: '2.13'
plans:
  updateable: spec/sync
  updateTarget: spec/large
  withSchemas: { plan: spec/sync, wrong: { size: big } }
  asyncBinding: spec/async
`;
const login = { username: 'platform', password: 's:ecrét' };
let broker: SpecBroker;
let run: Run;

beforeAll(async () => {
  broker = await startSpecBroker(login);
  run = await runAgainst({ url: broker.url, login, profile: parseProfile(PROFILE) });
});
afterAll(() => broker.close());

test('a broker written from the specification alone keeps every row', () => {
  expect(failed(run)).toEqual({});
});

test('rows are inapplicable to it for what it has not, and for nothing else', () => {
  const lacks = [...reasons(run.results, 'inapplicable').keys()].map((reason) => /^the broker lacks (\w+)/.exec(reason)?.[1] ?? reason);
  expect(new Set(lacks)).toEqual(new Set(LACKS));
});

test('the suite leaves nothing behind', () => {
  expect(run.leftBehind).toEqual([]);
});

test('it is short, and shares no code with anything', async () => {
  const text = await readFile(join(import.meta.dirname, 'fixtures', 'spec-broker.ts'), 'utf8');
  expect(text.split('\n').length).toBeLessThanOrEqual(300);
  expect([...text.matchAll(/from '([^']+)'/g)].map(([, from]) => from).filter((from) => !from?.startsWith('node:'))).toEqual([]);
});
