import { describeAdminApi } from '#admin-api';
import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';
import { basic, HttpClient } from '../support/http-client.js';

let gateway: TestGateway;
let admin: AdminClient;
let routes: [method: string, path: string][];

beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await AdminClient.of(gateway.admin());
  const { paths } = await describeAdminApi();
  routes = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method): [string, string] => [method.toUpperCase(), path.replace('{name}', 'demo')]),
  );
});
afterAll(() => gateway.stop());

/** Asks every route, and gives the routes whose answer is another. */
async function routesNotAnswering(status: number, headers: Record<string, string>): Promise<string[]> {
  const client = new HttpClient(gateway.url, headers);
  try {
    const asked = routes.map(async ([method, path]) => ({ route: `${method} ${path}`, answer: await client.request(method, path) }));
    const wrong = (await Promise.all(asked)).filter(({ answer }) => answer.status !== status || answer.body['error'] !== 'Unauthorized');
    return wrong.map(({ route, answer }) => `${route}: ${answer.status} ${answer.text}`);
  } finally {
    await client.close();
  }
}

describe('only administrators', () => {
  test('may use a route: everybody else is refused', async () => {
    expect(routes.length).toBeGreaterThan(15);
    expect(await routesNotAnswering(401, {})).toEqual([]);
    expect(await routesNotAnswering(401, { authorization: basic('platform', 'platform-password') })).toEqual([]);
  });

  test('and they may not use the broker', async () => {
    const { status } = await gateway.admin().request('GET', '/v2/catalog', { headers: { 'x-broker-api-version': '2.17' } });
    expect(status).toBe(401);
  });
});

describe('the OpenAPI document', () => {
  test('is served as it can be made without a gateway', async () => {
    const { headers, body } = await admin.get('/openapi.json');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(body).toEqual(JSON.parse(JSON.stringify(await describeAdminApi())));
  });

  test('is of this API only', async () => {
    const { paths } = (await admin.get('/openapi.json')).body;
    expect(Object.keys(paths).filter((path) => !path.startsWith('/admin/v1/'))).toEqual([]);
  });
});

describe('a request', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['that is not JSON', { raw: '{"name": ' }, /not valid JSON/],
    ['that is no object', { raw: '[]' }, /must be a JSON object/],
    ['of another content type', { raw: 'name=x', headers: { 'content-type': 'text/plain' } }, /Content-Type: application\/json/],
    ['without a body', {}, /^the request needs a JSON object as body/],
    ['with an empty body', { raw: '' }, /^the request needs a JSON object as body/],
    ['with an unknown member', { body: { name: 'x', kind: 'other', color: 'red' } }, /takes no "color"; it takes name, kind, username, password/],
    ['with an unknown query parameter', { query: { dry: 'true' }, body: { name: 'x', kind: 'other' } }, /^the query: takes no "dry"/],
  ])('%s is refused with a way out, and changes nothing', async (_what, ask, description) => {
    const before = (await admin.get('/platforms')).body;
    const { status, body } = await admin.ask('POST', '/platforms', ask);
    expect([status, body['error']]).toEqual([400, 'BadRequest']);
    expect(body['description']).toMatch(description);
    expect((await admin.get('/platforms')).body).toEqual(before);
  });

  test('with more than its route takes is refused: who sends a message to "disable" wants it shown', async () => {
    const { status, body } = await admin.post('/backends/demo/disable', { message: 'moved' });
    expect([status, body['description']]).toEqual([400, 'the body: takes no "message"; this route takes no body']);
  });
});

describe('a platform', () => {
  test('is registered with a password that is made for it and shown once', async () => {
    const { status, body } = await admin.post('/platforms', { name: 'kube-1', kind: 'kubernetes' });
    expect([status, body['name'], body['kind'], body['usernames']]).toEqual([201, 'kube-1', 'kubernetes', ['kube-1']]);
    const { status: served } = await gateway.osb({ username: 'kube-1', password: body['password'] }).catalog();
    expect(served).toBe(200);
    const listed = await admin.get('/platforms');
    expect(listed.body['items'].map(({ name }: { name: string }) => name)).toEqual(['default', 'kube-1']);
    expect(listed.text + gateway.logLines.join('') + (await admin.get('/audit-events')).text).not.toContain(body['password']);
  });

  test('gets the login it is given, which works at once though it was refused a moment ago', async () => {
    const login = { username: 'cf-broker', password: 'canary-password' };
    expect((await gateway.osb(login).catalog()).status).toBe(401);
    const { status, text } = await admin.post('/platforms', { name: 'cf-1', kind: 'cloudfoundry', ...login });
    expect(status).toBe(201);
    expect(text).not.toContain('canary-password');
    expect((await gateway.osb(login).catalog()).status).toBe(200);
  });

  test('keeps its name and its username for itself', async () => {
    await admin.post('/platforms', { name: 'twin', kind: 'other', username: 'twin-user' });
    const sameName = await admin.post('/platforms', { name: 'twin', kind: 'other', username: 'else' });
    const sameUser = await admin.post('/platforms', { name: 'twin-2', kind: 'other', username: 'twin-user' });
    expect([sameName.status, sameName.body['description']]).toEqual([409, 'a platform named "twin" is registered already']);
    expect([sameUser.status, sameUser.body['description']]).toEqual([409, 'the username "twin-user" is in use already']);
  });

  test('leaves who registered it in the audit trail', async () => {
    await admin.post('/platforms', { name: 'audited', kind: 'other' });
    const { items } = (await admin.get('/audit-events', { subject: 'platform audited' })).body;
    expect(items).toEqual([
      expect.objectContaining({ action: 'platform.register', actorKind: 'admin', actorName: 'admin', requestId: expect.any(String) }),
    ]);
  });
});

test.each(['/admin', '/admin/v1/backend', '/admin/v2/backends?x=1'])('who asks for %s, which is no route, is told where the admin API is described', async (path) => {
  const { status, body } = await gateway.admin().request('GET', path);
  expect([status, body]).toEqual([
    404,
    { error: 'NotFound', description: 'there is no such route of the admin API; GET /admin/v1/openapi.json describes all of them' },
  ]);
  expect((await gateway.osb().http.request('GET', '/v2/nowhere')).body.description).not.toContain('admin');
});
