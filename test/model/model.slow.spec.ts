import { BrokerUnderTest } from './broker-under-test.js';
import { compare } from './compare.js';

let gateway: BrokerUnderTest;
beforeAll(async () => {
  gateway = await BrokerUnderTest.start();
});
afterAll(() => gateway.stop());

/** Together over 20,000 requests. */
test.each([
  ['one by one', { histories: 45, moments: 30, atOnce: 1 }, 10_000, 0],
  ['up to four at once', { histories: 30, moments: 30, atOnce: 4 }, 10_000, 4_000],
])('over many random histories of requests %s, gateway and model agree on every answer', async (_how, search, requests, together) => {
  const compared = await compare(gateway, search, 20);
  expect(compared.differences).toEqual([]);
  expect(compared.requests).toBeGreaterThanOrEqual(requests);
  expect(compared.together).toBeGreaterThanOrEqual(together);
});
