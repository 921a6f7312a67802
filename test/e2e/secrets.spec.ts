import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { BackendType } from '#sdk';
import { TestGateway } from '../support/gateway.js';
import type { Answer, HttpClient } from '../support/http-client.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { startRemote, type RemoteSimulator } from '../support/remote-simulator.js';
import { eventually } from './eventually.js';
import { leakyBackend } from './leaky-backend.js';

const canaries: string[] = [];
/** A text that must not be seen anywhere but where it belongs. */
function canary(what: string): string {
  const text = `canary-${what}-${randomUUID()}`;
  canaries.push(text);
  return text;
}

const VISIBLE = `visible-${randomUUID()}`;
const SETTINGS = {
  password: canary('password'),
  credential: canary('credential'),
  pollToken: canary('poll-token'),
  state: canary('state'),
};

let gateway: TestGateway;
let osb: OsbClient;
let admin: HttpClient;
let remote: RemoteSimulator;
/** What went out to somebody who has no business with the secrets. */
const told: string[] = [];

beforeAll(async () => {
  remote = await startRemote({ serviceName: 'remote', asyncDurationMs: 100 });
  canaries.push(remote.settings.password);
  const moreBackends = [leakyBackend as BackendType];
  gateway = await TestGateway.start({ moreBackends, timings: { budgetMs: 1_000, callMs: 1_000, leaseMs: 1_000 } });
  osb = gateway.osb();
  admin = gateway.admin();
  await gateway.register('remote', 'osb', remote.settings);
  await gateway.register('leaky', 'leaky', { name: 'leaky', ...SETTINGS });
  await gateway.register('broken', 'leaky', { name: 'broken', ...SETTINGS });
  await gateway.register('brittle', 'leaky', { name: 'brittle', ...SETTINGS });
  await gateway.register('down', 'leaky', { name: 'down', ...SETTINGS, down: true });
});
afterAll(async () => {
  await gateway.stop();
  await remote.broker.close();
});

const leaky = (plan: string, service = 'leaky'): PlanIds => ({ serviceId: service, planId: `${service}-${plan}` });

/** Keeps what was answered unless it is a success, in which a platform finds its own secrets. */
async function expectNoted(asked: Promise<Answer>, ...statuses: number[]): Promise<Answer> {
  const answer = await asked;
  expect(statuses).toContain(answer.status);
  if (answer.status !== 200 && answer.status !== 201) told.push(answer.text, JSON.stringify(answer.headers));
  return answer;
}

const secretBody = () => ({
  parameters: { secret: canary('parameter') },
  context: { platform: 'cloudfoundry', token: canary('context') },
});

describe('a life with secrets in every place', () => {
  test('of an instance that works: they come back where they belong, and nowhere else', async () => {
    const body = secretBody();
    await expectNoted(osb.provision('good', leaky('sync'), { ...body, organization_guid: VISIBLE }), 201);
    await expectNoted(osb.provision('good', leaky('sync'), secretBody()), 409);
    await expectNoted(osb.update('good', 'leaky', { ...secretBody(), previous_values: { plan_id: canary('previous') } }), 200);
    const binding = { ...secretBody(), bind_resource: { route: canary('route') } };
    const bound = await expectNoted(osb.bind('good', 'binding', leaky('sync'), binding), 201);
    expect(bound.body.credentials).toEqual({ password: SETTINGS.credential });
    await expectNoted(osb.bind('good', 'binding', leaky('sync'), secretBody()), 409);
    await expectNoted(osb.bind('good', 'gone', leaky('sync'), secretBody()), 201);
    await expectNoted(osb.unbind('good', 'gone', leaky('sync')), 200);
    const fetched = await expectNoted(osb.fetch('good'), 200);
    expect(fetched.body.parameters.secret).toMatch(/^canary-parameter-/);
  });

  test('of one that is made later, behind polls that fail', async () => {
    const { body } = await expectNoted(osb.provision('later', leaky('async'), secretBody(), { acceptsIncomplete: true }), 202);
    const ended = await osb.ended('later', body.operation);
    expect(ended.body.state).toBe('succeeded');
    told.push(ended.text);
  });

  test('of one whose backend throws everything it knows', async () => {
    const plan = leaky('broken', 'broken');
    await expectNoted(osb.provision('bad', plan, secretBody()), 504);
    await expectNoted(osb.lastOperation('bad'), 200, 410).then(({ text }) => told.push(text));
    await expectNoted(osb.provision('half', leaky('sync', 'brittle'), secretBody()), 201);
    await expectNoted(osb.update('half', 'brittle', { plan_id: 'brittle-broken', ...secretBody() }), 504);
  });

  test('of one at a remote broker that fails', async () => {
    const plan = (name: string): PlanIds => ({ serviceId: 'remote-service', planId: `remote-${name}` });
    const simulate = { async: { polls: 1, pollToken: canary('remote-token'), outcome: 'failed' } };
    const { parameters, context } = secretBody();
    const more = { parameters: { ...parameters, simulate }, context };
    const { body } = await expectNoted(osb.provision('remote', plan('sync'), more, { acceptsIncomplete: true }), 202);
    const ended = await osb.ended('remote', body.operation);
    expect(ended.body.state).toBe('failed');
    told.push(ended.text);
    remote.broker.addFault({ method: 'PUT', status: 500, body: '{"broken', times: 1 });
    await expectNoted(osb.provision('remote-broken', plan('sync'), secretBody()), 502, 504);
  });

  test('in requests that are refused at the door', async () => {
    const put = (raw: string) => osb.http.request('PUT', '/v2/service_instances/door', { raw });
    await expectNoted(put(`{"service_id": "leaky", "parameters": {"secret": "${canary('broken-json')}" "`), 400);
    await expectNoted(put(`["${canary('array')}"]`), 400);
    await expectNoted(osb.provision('door', leaky('sync'), { parameters: canary('text-for-parameters') }), 400);
    await expectNoted(osb.provision('door', leaky('sync'), { ...secretBody(), space_guid: 7 }), 400);
    await expectNoted(gateway.osb({ username: 'platform', password: canary('wrong-password') }).catalog(), 401);
  });

  test('in the settings operators send, and read', async () => {
    const ask = async (method: string, path: string, body?: unknown) => {
      const answer = await admin.request(method, `/admin/v1/${path}`, body === undefined ? {} : { body });
      told.push(answer.text);
      return answer;
    };
    const secret = { username: 'gateway', password: canary('new-password') };
    const fresh = { name: 'fresh', type: 'osb', settings: { url: remote.settings.url, ...secret } };
    expect((await ask('POST', 'backends', fresh)).status).toBe(201);
    const wrong = { url: 7, bearerToken: canary('bearer'), ...secret };
    expect((await ask('PATCH', 'backends/fresh', { settings: wrong })).status).toBe(400);
    const unknown = { password: canary('unused'), extra: canary('extra') };
    expect((await ask('POST', 'backends', { name: 'x', type: 'leaky', settings: unknown })).status).toBe(400);
    await ask('POST', 'platforms', { name: 'x', kind: 'other', username: 'x', password: canary('platform-password') });
    await ask('POST', 'backends/down/refresh');
    expect((await ask('GET', 'backends/down')).body.catalog.failure).toContain('cannot log in to db.internal');
    const lists = ['backends', 'platforms', 'instances', 'bindings', 'operations', 'audit-events', 'catalog'];
    for (const list of lists) {
      expect((await ask('GET', list)).status).toBe(200);
    }
  });
});

describe('no secret is found', () => {
  beforeAll(async () => {
    // What the runner still does in the background has failed at least twice by now, and said so.
    await eventually(() => gateway.logLines.filter((line) => line.includes('no usable answer')).length, (count) => count >= 4);
  });

  test('in the log', () => {
    expect(leaks(gateway.logLines)).toEqual([]);
  });

  test('in an error, a poll or what operators are shown', () => {
    expect(told.length).toBeGreaterThan(20);
    expect(leaks(told)).toEqual([]);
  });

  test('in any row of any table, read as text or as bytes', async () => {
    const rows = await everyRow();
    expect(rows.filter((row) => row.includes(VISIBLE))).not.toEqual([]);
    expect(rows.some((row) => row.startsWith('service_binding:'))).toBe(true);
    expect(leaks(rows)).toEqual([]);
  });
});

describe('a sealed value in the place of another', () => {
  test('is no secret of that place: credentials of another binding are not given away', async () => {
    for (const id of ['mine', 'theirs']) await osb.bind('good', id, leaky('sync'));
    await query(
      gateway.database.url,
      `update service_binding a set result = b.result from service_binding b
       where a.binding_id = 'mine' and b.binding_id = 'theirs'`,
    );
    const { status, text } = await osb.fetchBinding('good', 'mine');
    expect([status, leaks([text])]).toEqual([500, []]);
    expect((await osb.fetchBinding('good', 'theirs')).status).toBe(200);
  });

  test('not even in another column of its own row', async () => {
    await query(gateway.database.url, `update service_instance set parameters = context where instance_id = 'good'`);
    const { status, text } = await osb.fetch('good');
    expect([status, leaks([text])]).toEqual([500, []]);
  });
});

/** The texts with a canary in them, in clear or as the hexadecimal digits of its bytes. */
function leaks(texts: readonly string[]): string[] {
  const forms = canaries.flatMap((text) => [text, Buffer.from(text).toString('hex')]);
  return texts.filter((text) => forms.some((form) => text.includes(form)));
}

/** Every row of every table as text, bytes once in each of the two ways the database writes them. */
async function everyRow(): Promise<string[]> {
  const client = new Client({ connectionString: gateway.database.url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public'`,
    );
    const found: string[] = [];
    for (const format of ['hex', 'escape']) {
      await client.query(`set bytea_output = ${format}`);
      for (const { name } of tables) {
        const { rows } = await client.query<{ text: string }>(`select t::text as text from ${name} t`);
        found.push(...rows.map(({ text }) => `${name}: ${text}`));
      }
    }
    return found;
  } finally {
    await client.end();
  }
}
