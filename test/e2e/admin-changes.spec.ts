import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let admin: AdminClient;
beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await AdminClient.of(gateway.admin());
});
afterAll(() => gateway.stop());

const change = (name: string, promoteAfterMs: number, ifMatch: string) =>
  admin.ask('PATCH', `/backends/${name}`, { headers: { 'if-match': ifMatch }, body: { policy: { promoteAfterMs } } });

test('If-Match: a backend that somebody else changed meanwhile is not changed, and its new ETag is told', async () => {
  await gateway.register('matched', 'simulator', { serviceName: 'matched' });
  const { headers, body } = await admin.get('/backends/matched');
  expect(headers['etag']).toBe(`"${body.version}"`);
  const first = await change('matched', 1_000, String(headers['etag']));
  expect([first.status, first.headers['etag']]).toEqual([200, `"${first.body.backend.version}"`]);

  const second = await change('matched', 2_000, String(headers['etag']));
  expect([second.status, second.body]).toEqual([
    412,
    { error: 'PreconditionFailed', description: expect.stringContaining('If-Match names another version than') },
  ]);
  expect((await admin.get('/backends/matched')).body.policy).toEqual({ promoteAfterMs: 1_000 });
  expect((await change('matched', 3_000, String(first.headers['etag']))).status).toBe(200);
  expect((await change('matched', 4_000, '*')).status).toBe(200);
});

test('If-Match: of two changes of one version at once, one is made', async () => {
  await gateway.register('raced', 'simulator', { serviceName: 'raced' });
  const { headers } = await admin.get('/backends/raced');
  const etag = String(headers['etag']);
  const both = await Promise.all([change('raced', 1_000, etag), change('raced', 2_000, etag)]);
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
});

test('planPolicies refuses plans the backend does not offer, by name', async () => {
  await gateway.register('planned', 'simulator', { serviceName: 'planned' });
  const { planId } = await gateway.plan('planned', 'updateable');
  const policies = (...ids: string[]) => ({ planPolicies: Object.fromEntries(ids.map((id) => [id, { bridgeSync: false }])) });
  const patch = (body: object) => admin.ask('PATCH', '/backends/planned', { body });

  const refused = await patch(policies(planId, 'typo', 'another'));
  expect([refused.status, refused.body.description]).toEqual([
    400,
    'planPolicies: the backend offers no plan "typo", "another"; GET /admin/v1/catalog shows the ids of its plans',
  ]);
  expect((await admin.get('/backends/planned')).body.planPolicies).toEqual({});
  expect((await patch(policies(planId))).status).toBe(200);
});
