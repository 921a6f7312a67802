import { BrokerUnderTest } from './broker-under-test.js';
import { broker } from './model.js';
import { refutation } from './refutation.js';

let gateway: BrokerUnderTest;
beforeAll(async () => {
  gateway = await BrokerUnderTest.start();
});
afterAll(() => gateway.stop());

const SEEDS = Array.from({ length: 20 }, (_none, index) => index + 1);

test('over 20,000 requests of random histories, gateway and model agree on every answer', async () => {
  const search = { histories: 128, moments: 20 };
  const found = await Promise.all(SEEDS.map((seed) => refutation(gateway, broker, { ...search, seed })));
  expect(found.flatMap(({ difference }) => difference ?? [])).toEqual([]);
  expect(found.reduce((sum, { requests }) => sum + requests, 0)).toBeGreaterThanOrEqual(20_000);
}, 240_000);
