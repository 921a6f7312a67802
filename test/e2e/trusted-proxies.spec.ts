import { TestGateway } from '../support/gateway.js';
import { basic, HttpClient } from '../support/http-client.js';

let gateway: TestGateway;
afterEach(() => gateway.stop());

/** Asks for the catalog as a proxy passes it on for a client. */
async function askFor(client: string, password: string): Promise<number> {
  const http = new HttpClient(gateway.url, { authorization: basic('platform', password), 'x-broker-api-version': '2.17', 'x-forwarded-for': client });
  try {
    return (await http.request('GET', '/v2/catalog')).status;
  } finally {
    await http.close();
  }
}

/** What a client is answered to the right password after another one guessed many times. */
async function afterGuesses(from: string, client: string): Promise<number> {
  for (let guess = 0; guess < 21; guess += 1) await askFor(from, `guess ${guess}`);
  return askFor(client, 'platform-password');
}

test.each([
  ['its address', '127.0.0.1'],
  ['its network', '127.0.0.0/8'],
  ['the number of proxies', '1'],
])('behind a proxy trusted by %s guesses of one client hold up no other one', async (_how, trusted) => {
  gateway = await TestGateway.start({ env: { TRUST_PROXY: trusted } });
  expect(await afterGuesses('203.0.113.1', '203.0.113.2')).toBe(200);
});

test.each([
  ['nobody is trusted', ''],
  ['another proxy is', '10.0.0.1'],
])('where %s an address in X-Forwarded-For is taken from nobody: changing it gives no more guesses', async (_which, trusted) => {
  gateway = await TestGateway.start({ env: { TRUST_PROXY: trusted } });
  expect(await afterGuesses('203.0.113.1', '203.0.113.2')).toBe(401);
});

test('a generated password is let in amid guesses for its own username from its own address', async () => {
  gateway = await TestGateway.start();
  const made = await gateway.admin().request('POST', '/admin/v1/platforms', { body: { name: 'generated', kind: 'other' } });
  expect(made.status).toBe(201);
  const ask = async (password: string): Promise<number> => {
    const http = new HttpClient(gateway.url, { authorization: basic('generated', password), 'x-broker-api-version': '2.17' });
    try {
      return (await http.request('GET', '/v2/catalog')).status;
    } finally {
      await http.close();
    }
  };
  const guesses = Array.from({ length: 60 }, (_none, index) => ask(`guess ${index}`));
  expect(await ask(made.body['password'])).toBe(200);
  expect(new Set(await Promise.all(guesses))).not.toContain(200);
});
