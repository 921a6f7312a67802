import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let admin: AdminClient;

beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await AdminClient.of(gateway.admin());
});
afterAll(() => gateway.stop());

test('a request with thousands of parameter names leaves a short line in the trail, with how many there were', async () => {
  const plan = await gateway.plan('demo', 'demo');
  const parameters = Object.fromEntries(Array.from({ length: 15_000 }, (_, index) => [`name-${index}`, 1]));
  expect((await gateway.osb().provision('many', plan, { parameters })).status).toBe(201);
  const { body, text } = await admin.get('/audit-events', { subject: 'instance many' });
  const names = body['items'].map(({ after }: { after?: { parameters: string[] } }) => after?.parameters);
  expect(names).toEqual(expect.arrayContaining([expect.arrayContaining(['name-0', 'name-49', '… and 14950 more'])]));
  expect(text.length).toBeLessThan(10_000);
});

test('parameter names of any length are cut', async () => {
  const plan = await gateway.plan('demo', 'demo');
  expect((await gateway.osb().provision('long', plan, { parameters: { ['k'.repeat(200_000)]: 1, other: 2 } })).status).toBe(201);
  const { text } = await admin.get('/audit-events', { subject: 'instance long' });
  expect(text.length).toBeLessThan(30_000);
});
