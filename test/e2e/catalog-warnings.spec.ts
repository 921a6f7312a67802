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

test('metadata that breaks the types of the profile is left out with a warning, and a setting publishes it as sent', async () => {
  const bullets = [{ text: 'fast' }];
  const plans = [{ id: 'bulleted-p', name: 'p', description: 'x', metadata: { bullets, 'x-own': 1 } }];
  const answer = { services: [{ id: 'bulleted', name: 'bulleted', description: 'x', bindable: true, plans }] };
  await register('bulleted', { serviceName: 'bulleted', catalog: { answer } });
  const metadata = async (): Promise<unknown> => {
    const { services } = (await gateway.osb().catalog()).body;
    return services.find(({ id }: { id: string }) => id === 'bulleted').plans[0].metadata;
  };
  const reason = 'services[0].plans[0].metadata.bullets[0] must be a string';
  expect(await metadata()).toEqual({ 'x-own': 1 });
  expect(await warningsOf('bulleted')).toMatchObject([{ planId: 'bulleted-p', reason: `${reason}: the member is not published` }]);

  await admin.ask('PATCH', '/backends/bulleted', { body: { policy: { keepInvalidMetadata: true } } });
  expect(await metadata()).toEqual({ bullets, 'x-own': 1 });
  expect(await warningsOf('bulleted')).toMatchObject([{ reason }]);
});

test('a name that differs from another one only in case is told of', async () => {
  await register('plain', offering('plain'));
  await register('loud', offering('PLAIN'));
  expect(await warningsOf('plain')).toEqual([]);
  expect(await warningsOf('loud')).toEqual([{ serviceId: 'PLAIN', serviceName: 'PLAIN', reason: 'service name "PLAIN" differs from "plain" only in case' }]);
});
