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
