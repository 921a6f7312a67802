import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let admin: AdminClient;
beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await AdminClient.of(gateway.admin());
});
afterAll(() => gateway.stop());

const RETRIES = { firstPollMs: 50, longestPollMs: 500, longestRetryMs: 500, longestRetryAfterMs: 600_000 };

test('a backend shows the pauses towards it, those its policy names and those it leaves open', async () => {
  expect((await admin.get('/backends/demo')).body).toMatchObject({ policy: {}, retries: RETRIES });
  const policy = { firstPollMs: 100, longestRetryMs: 120_000 };
  const { status, body } = await admin.ask('PATCH', '/backends/demo', { body: { policy } });
  expect([status, body['backend']]).toMatchObject([200, { policy, retries: { ...RETRIES, ...policy } }]);
  expect((await admin.get('/backends/demo')).body).toMatchObject({ policy, retries: { ...RETRIES, ...policy } });
});

test('a new policy replaces the whole of the old one', async () => {
  await admin.ask('PATCH', '/backends/demo', { body: { policy: { longestPollMs: 900 } } });
  expect((await admin.get('/backends/demo')).body).toMatchObject({ policy: { longestPollMs: 900 }, retries: { ...RETRIES, longestPollMs: 900 } });
});

test('pauses that contradict each other are refused by name, and change nothing', async () => {
  const before = (await admin.get('/backends/demo')).body;
  const { status, body } = await admin.ask('PATCH', '/backends/demo', { body: { policy: { firstPollMs: 5_000, longestRetryMs: 100 } } });
  expect([status, body['description']]).toEqual([400, 'policy.longestRetryMs: must be at least firstPollMs']);
  expect((await admin.get('/backends/demo')).body).toMatchObject({ version: before['version'], policy: before['policy'] });
});
