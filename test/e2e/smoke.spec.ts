import { TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

test('the marketplace offers the two bundled backends', async () => {
  const { status, body } = await gateway.osb().catalog();
  expect([status, body['services'].map((service: { name: string }) => service.name)]).toEqual([200, ['demo', 'postgresql']]);
});

test('a login that was never seen before and no version is a refusal like any other', async () => {
  const platform = await gateway.platform('newcomer');
  const { status, body } = await platform.http.request('GET', '/v2/catalog', { headers: { 'x-broker-api-version': '' } });
  expect([status, body['error']]).toEqual([400, 'BadRequest']);
});
