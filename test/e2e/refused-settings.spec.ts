import { TestGateway } from '../support/gateway.js';
import type { TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let gateway: TestGateway;

beforeAll(async () => {
  database = await (await TestGateway.start()).stopKeepingDatabase();
  // The backend `postgresql` was set up with a server on loopback.
  gateway = await TestGateway.start({ database, env: { BACKEND_ALLOWED_HOSTS: '192.0.2.1', CONFIG_FILE: '' } });
});
afterAll(async () => {
  await gateway.stop();
  await database.drop();
});

test('a backend whose settings a gateway does not take keeps it from nothing else, and the log says why, without a stack', () => {
  const lines = gateway.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const told = lines.filter(({ msg }) => msg === 'a backend could not be made ready');
  expect(told).not.toEqual([]);
  for (const line of told) {
    expect(line).toMatchObject({ backend: 'postgresql', reason: expect.stringContaining('BACKEND_ALLOWED_HOSTS') });
    expect(JSON.stringify(line)).not.toMatch(/\.[jt]s:\d/);
  }
});

test('operators see that it cannot be called', async () => {
  const { body } = await gateway.admin().request('GET', '/admin/v1/backends/postgresql');
  expect(body.warnings).toEqual([expect.stringContaining('it cannot be called')]);
});
