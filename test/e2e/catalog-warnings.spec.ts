import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let admin: AdminClient;

beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await AdminClient.of(gateway.admin());
});
afterAll(() => gateway.stop());

/** Settings of a simulator that offers one service of this name, with one plan. */
const offering = (name: string, planName = 'standard'): object => ({
  serviceName: name,
  catalog: {
    answer: { services: [{ id: name, name, description: name, bindable: true, plans: [{ id: `${name}-p`, name: planName, description: planName }] }] },
  },
});

const register = (name: string, settings: object) => admin.post('/backends', { name, type: 'simulator', settings });

const warningsOf = async (name: string): Promise<unknown> => (await admin.get(`/backends/${name}`)).body['catalog'].warnings;

/** How often it was said of a backend, and of what. */
function said(backend: string): { readonly count: number; readonly first: readonly string[] }[] {
  const lines = gateway.logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'the catalog of a backend may trouble platforms');
  return lines.filter((line) => line.backend === backend).map(({ count, first }) => ({ count, first }));
}

test('what is published but may trouble a platform is shown with its backend, and said once in the log', async () => {
  const { status, body } = await register('odd', offering('odd', 'rather large'));
  const warning = { serviceId: 'odd', serviceName: 'odd', planId: 'odd-p', planName: 'rather large', reason: expect.stringMatching(/^services\[0\]\.plans\[0\]\.name is not easy to type/) };
  expect([status, body['catalog']]).toEqual([201, expect.objectContaining({ services: 1, leftOut: [], warnings: [warning] })]);
  await admin.post('/backends/odd/refresh');
  expect(said('odd')).toEqual([{ count: 1, first: [warning.reason] }]);

  await admin.ask('PATCH', '/backends/odd', { body: { settings: offering('odd', 'large') } });
  expect(await warningsOf('odd')).toEqual([]);
  expect(said('odd')).toHaveLength(1);
});

test('a name that differs from another one only in case is told of', async () => {
  await register('plain', offering('plain'));
  await register('loud', offering('PLAIN'));
  expect(await warningsOf('plain')).toEqual([]);
  expect(await warningsOf('loud')).toEqual([{ serviceId: 'PLAIN', serviceName: 'PLAIN', reason: 'service name "PLAIN" differs from "plain" only in case' }]);
});
