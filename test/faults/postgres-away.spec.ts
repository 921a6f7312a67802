import { eventually } from '../e2e/eventually.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer, HttpClient } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { query, type TestDatabase } from '../support/postgres.js';
import { startRemote, type RemoteSimulator } from '../support/remote-simulator.js';

/** The connection is lost in the moment a good catalog is written. */
const LOSES_CATALOGS = `
  create function planted() returns trigger language plpgsql as $$ begin
    if new.failure is null then raise exception 'terminated' using errcode = '57P01'; end if;
    return new;
  end $$;
  create trigger planted before insert or update on backend_catalog for each row execute function planted()`;

let postgres: OwnPostgres;
let database: TestDatabase;
let remote: RemoteSimulator;
let gateway: TestGateway;
/** Another one on the same database, to be stopped while that is away. */
let leaving: TestGateway;
/** One that logged in before the database went away. */
let known: OsbClient;
let admin: HttpClient;
/** Of an update that goes on at the backend while the database is away. */
let underWay: string;
let etag: string;

beforeAll(async () => {
  [postgres, remote] = await Promise.all([OwnPostgres.start(), startRemote({ serviceName: 'remote', asyncDurationMs: 400 })]);
  database = await postgres.gatewayDatabase();
  gateway = await TestGateway.start({ database });
  leaving = await TestGateway.start({ database });
  await gateway.register('remote', 'osb', remote.settings);
  await gateway.platform('unseen');
  known = gateway.osb();
  admin = gateway.admin();
  etag = String((await known.catalog()).headers['etag']);
  await known.provision('kept', plan('sync'));
  await known.bind('kept', 'binding', plan('sync'));
  await known.provision('busy', plan('updateable'));
  const accepted = await known.update('busy', 'remote-service', { plan_id: 'remote-async', ...goesOn('async') }, { acceptsIncomplete: true });
  underWay = accepted.body.operation;
});
afterAll(async () => {
  await Promise.all([gateway.stop(), leaving.stop()]);
  await Promise.all([postgres.remove(), remote.broker.close()]);
});

const plan = (name: string) => ({ serviceId: 'remote-service', planId: `remote-${name}` });
const goesOn = (word: string) => ({ parameters: { simulate: { [word]: { durationMs: 1_500 } } } });
const asked = (id: string) => remote.broker.requests.filter(({ url }) => url.includes(`/${id}`));

/** Everything a platform can ask to be changed. */
const mutations = (osb: OsbClient): Record<string, Promise<Answer>> => ({
  provision: osb.provision('new', plan('sync')),
  'provision again': osb.provision('kept', plan('sync')),
  'provision with the flag': osb.provision('new', plan('async'), {}, { acceptsIncomplete: true }),
  update: osb.update('kept', 'remote-service', { plan_id: 'remote-sync' }),
  deprovision: osb.deprovision('kept', plan('sync')),
  bind: osb.bind('kept', 'other', plan('sync')),
  unbind: osb.unbind('kept', 'binding', plan('sync')),
});

const reads = (osb: OsbClient): Record<string, Promise<Answer>> => ({
  instance: osb.fetch('kept'),
  binding: osb.fetchBinding('kept', 'binding'),
  'last operation': osb.lastOperation('busy', underWay),
  'last operation of a binding': osb.lastBindingOperation('kept', 'binding'),
});

async function settled(questions: Record<string, Promise<Answer>>): Promise<[string, Answer][]> {
  return Promise.all(Object.entries(questions).map(async ([what, answer]) => [what, await answer] as [string, Answer]));
}

const refused = (answers: readonly [string, Answer][]) =>
  answers.map(([what, { status, headers, body }]) => [what, status, headers['retry-after'], Object.keys(body), body.error]);

const asRefused = (answers: readonly [string, Answer][]) =>
  answers.map(([what]) => [what, 503, '10', ['error', 'description'], 'Unavailable']);

describe('while Postgres is away', () => {
  beforeAll(() => postgres.kill());
  afterAll(() => postgres.restart());

  test('the catalog is served, with its ETag and 304', async () => {
    const answer = await known.catalog();
    expect([answer.status, answer.headers['etag']]).toEqual([200, etag]);
    expect(answer.text).toContain('remote-service');
    const unchanged = await known.catalog({ headers: { 'if-none-match': etag } });
    expect([unchanged.status, unchanged.text]).toEqual([304, '']);
  });

  test('a platform that logged in before goes in, over new connections too; no wrong password and no stranger does', async () => {
    expect((await gateway.osb().catalog()).status).toBe(200);
    const strangers = {
      'wrong password': gateway.osb({ username: 'platform', password: 'wrong' }).catalog(),
      'registered, never seen': gateway.osb({ username: 'unseen-user', password: 'unseen-password' }).catalog(),
      nobody: gateway.osb({ username: 'nobody', password: 'x' }).catalog(),
    };
    // Nobody can tell now whether the password was changed at another gateway.
    const answers = (await settled(strangers)).map(([what, { status, headers, body }]) => [what, status, headers['retry-after'], body.error]);
    expect(answers).toEqual(Object.keys(strangers).map((what) => [what, 503, '5', 'Unavailable']));
    expect((await known.http.request('GET', '/v2/catalog', { headers: { authorization: '' } })).status).toBe(401);
  });

  test('every mutation is 503 with Retry-After, and no backend is asked', async () => {
    const before = remote.broker.requests.length;
    const answers = await settled(mutations(known));
    expect(refused(answers)).toEqual(asRefused(answers));
    expect(remote.broker.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(asked('new')).toEqual([]);
  });

  test('polls and fetches are 503, which platforms take for "ask again"', async () => {
    const answers = await settled(reads(known));
    expect(refused(answers)).toEqual(asRefused(answers));
  });

  test('operators are told 503 as well, or what is known without the database, and never 500', async () => {
    const { body } = await admin.request('GET', '/admin/v1/openapi.json');
    const pages = Object.entries(body.paths as Record<string, object>).filter(([, verbs]) => 'get' in verbs);
    const asking = pages.map(async ([path]) => [path, (await admin.request('GET', path.replace('{name}', 'remote'))).status]);
    const answers = Object.fromEntries(await Promise.all(asking)) as Record<string, number>;
    expect(Object.keys(answers).length).toBeGreaterThan(6);
    const served = ['/admin/v1/backend-types', '/admin/v1/catalog', '/admin/v1/openapi.json'];
    expect(answers).toEqual(Object.fromEntries(pages.map(([path]) => [path, served.includes(path) ? 200 : 503])));
  });

  test('what operators want to change is 503, and is not half done', async () => {
    const changes = {
      platform: admin.request('POST', '/admin/v1/platforms', { body: { name: 'p', kind: 'other', username: 'p', password: 'p-password' } }),
      backend: admin.request('POST', '/admin/v1/backends', { body: { name: 'b', type: 'demo', settings: {} } }),
      settings: admin.request('PATCH', '/admin/v1/backends/remote', { body: { settings: remote.settings } }),
      disable: admin.request('POST', '/admin/v1/backends/remote/disable'),
      refresh: admin.request('POST', '/admin/v1/backends/remote/refresh'),
      remove: admin.request('DELETE', '/admin/v1/backends/remote'),
    };
    const answers = await settled(changes);
    expect(answers.map(([what, { status }]) => [what, status])).toEqual(answers.map(([what]) => [what, 503]));
    expect((await known.catalog()).text).toContain('remote-service');
  });

  test('probes stay green: the gateway lives, and serves the catalog', async () => {
    const probes = ['live', 'ready'].map((probe) => known.http.request('GET', `/health/${probe}`));
    expect((await Promise.all(probes)).map(({ status, text }) => [status, text])).toEqual([
      [200, '{"status":"live"}'],
      [200, '{"status":"ready"}'],
    ]);
    expect((await admin.request('GET', '/metrics')).status).toBe(200);
  });

  test('the log says once that the database is away, and the metrics show it', async () => {
    await eventually(() => gateway.logLines.filter((line) => line.includes('the database is away')), ({ length }) => length > 0);
    const told = gateway.logLines.map((line) => JSON.parse(line)).filter(({ level, msg }) => level !== 'info' && msg !== 'request failed');
    expect(told.filter(({ msg }) => msg.startsWith('the database is away'))).toMatchObject([{ level: 'error', reason: expect.stringMatching(/ECONN|terminat/) }]);
    expect(new Set(told.map(({ msg }) => msg)).size).toBe(told.length);
    expect((await admin.request('GET', '/metrics')).text).toContain('osb_database_away 1');
  });

  test('a gateway that is told to stop does so', async () => {
    await leaving.stop();
    await expect(fetch(`${leaving.url}/health/live`)).rejects.toThrow('fetch failed');
  });

  test('fifty requests at once all get their answer, and none tells where the database is', async () => {
    const all = Array.from({ length: 5 }, () => ({ ...mutations(known), ...reads(known) }));
    const answers = (await Promise.all(all.map(settled))).flat();
    expect(answers.map(([, { status }]) => status)).toEqual(answers.map(() => 503));
    const told = answers.map(([, { text, headers }]) => text + JSON.stringify(headers)).join('\n');
    for (const secret of [postgres.password, `${postgres.port}`, '127.0.0.1', 'ECONNREFUSED', 'postgres']) expect(told).not.toContain(secret);
    expect(gateway.logLines.join('\n')).not.toContain(postgres.password);
  });
});

describe('when Postgres is back', () => {
  /** Kills it while this happens, and starts it again. */
  async function away(meanwhile: () => Promise<unknown>): Promise<void> {
    await postgres.kill();
    await meanwhile();
    await postgres.restart();
  }

  /** Platforms ask again until the database is there. */
  const answered = (ask: () => Promise<Answer>): Promise<Answer> => eventually(ask, ({ status }) => status < 500);

  const made = (id: string) =>
    remote.simulator.ledger.inventory
      .instances()
      .filter(({ instanceId }) => instanceId === id)
      .map(({ status }) => status);

  test('the same gateway serves everything again', async () => {
    const metrics = async (): Promise<string> => (await admin.request('GET', '/metrics')).text;
    await away(() => eventually(metrics, (text) => text.includes('osb_database_away 1')));
    expect((await answered(() => known.provision('afterwards', plan('sync')))).status).toBe(201);
    const unseen = gateway.osb({ username: 'unseen-user', password: 'unseen-password' });
    expect((await answered(() => unseen.catalog())).status).toBe(200);
    expect((await gateway.osb({ username: 'platform', password: 'wrong' }).catalog()).status).toBe(401);
    expect((await admin.request('GET', '/admin/v1/backends')).status).toBe(200);
    expect((await known.fetchBinding('kept', 'binding')).status).toBe(200);
    expect((await known.deprovision('afterwards', plan('sync'))).status).toBe(200);
    await eventually(metrics, (text) => text.includes('osb_database_away 0'));
    expect(gateway.logLines.filter((line) => line.includes('the database is back'))).not.toEqual([]);
  });

  test('a catalog that could not be kept is not called a failure of its backend', async () => {
    await query(database.url, LOSES_CATALOGS);
    expect((await admin.request('POST', '/admin/v1/backends/remote/refresh')).status).toBe(503);
    await query(database.url, 'drop function planted() cascade');
    const { status, body } = await admin.request('GET', '/admin/v1/backends/remote');
    expect([status, body.catalog.services, body.catalog.failure]).toEqual([200, 1, undefined]);
  });

  test('an operation that went on at the backend is polled to its end', async () => {
    const { body } = await known.provision('polled', plan('async'), {}, { acceptsIncomplete: true });
    await away(() => eventually(() => made('polled'), ([status]) => status === 'ready'));
    await answered(() => known.lastOperation('polled', body.operation));
    expect((await known.ended('polled', body.operation)).body.state).toBe('succeeded');
    expect(asked('polled').filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  test('a create that the backend finished meanwhile is there, once, and in the record', async () => {
    const parameters = { simulate: { delayMs: 300, times: 1 } };
    const asking = known.provision('finished', plan('sync'), { parameters });
    await eventually(() => asked('finished'), ({ length }) => length > 0);
    await away(() => eventually(() => made('finished'), ([status]) => status === 'ready'));
    await asking;

    const again = await answered(() => known.provision('finished', plan('sync'), { parameters }));
    expect(again.status).toBe(200);
    expect(made('finished')).toEqual(['ready']);
    expect((await known.deprovision('finished', plan('sync'))).status).toBe(200);
    expect(made('finished')).toEqual([]);
  });
});
