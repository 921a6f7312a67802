import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { osbBackend } from '#backends/osb';
import { AddressGuard, type ServiceBackend } from '#sdk';
import { testEnvironment } from '#sdk/testing';
import { refusalOf, verbs } from './osb-fixture.js';
import { selfSigned } from '../support/self-signed.js';
import { neverAnswer, reply, StubBroker, type Script } from '../support/stub-broker.js';

const NOT_SENT = { code: 'Unavailable', mayHaveActed: false };
const opened: { close?(): Promise<void> }[] = [];
const servers: StubBroker[] = [];

afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close?.();
  for (const server of servers.splice(0)) await server.stop();
});

async function start(...tls: Parameters<typeof StubBroker.start>): Promise<StubBroker> {
  const server = await StubBroker.start(...tls);
  servers.push(server);
  return server;
}

function open(settings: Record<string, unknown>): { backend: ServiceBackend; log: readonly unknown[] } {
  const environment = testEnvironment('stub', new AddressGuard(['127.0.0.1']));
  const backend = osbBackend.create(osbBackend.settings.parse(settings), environment);
  opened.push(backend);
  return { backend, log: environment.lines };
}

test('a broker without authentication is called without credentials', async () => {
  const broker = await start();
  const { backend } = open({ url: broker.url });
  expect(await verbs.provision(backend)).toMatchObject({ kind: 'done' });
  expect(broker.last.headers.authorization).toBeUndefined();
});

describe('a client certificate', () => {
  const server = selfSigned('broker.example.com');
  const client = selfSigned('gateway.example.com');
  const settings = (url: string) => ({
    url,
    caCertificate: server.cert,
    clientCertificate: client.cert,
    clientKey: client.key,
  });

  test('is shown to the broker', async () => {
    const broker = await start({ ...server, requestCert: true, rejectUnauthorized: true, ca: client.cert });
    let shown: string | undefined;
    broker.next((response, request) => {
      shown = (response.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256;
      reply(201)(response, request);
    });
    const { backend } = open(settings(broker.url));
    expect(await verbs.provision(backend)).toMatchObject({ kind: 'done' });
    expect(shown).toBe(new X509Certificate(client.cert).fingerprint256);
  });

  test.each([
    ['without its key', { clientKey: undefined }, 'clientKey: is missing: it goes with clientCertificate'],
    ['with another key', { clientKey: server.key }, 'clientKey: is not the private key of clientCertificate, in PEM without a passphrase'],
    ['for a url without TLS', { url: 'http://h' }, 'clientCertificate: needs a url that begins with https://'],
  ])('%s is refused', (_what, wrong, problem) => {
    const { error } = osbBackend.settings.safeParse({ ...settings('https://h'), ...wrong });
    expect(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([problem]);
  });

  test('that the broker does not know is not enough: no request arrives', async () => {
    const broker = await start({ ...server, requestCert: true, rejectUnauthorized: true, ca: selfSigned('x').cert });
    const { backend } = open({ ...settings(broker.url) });
    await expect(verbs.provision(backend)).rejects.toThrow(/broker/);
    expect(broker.requests).toHaveLength(0);
  });
});

describe('OAuth 2.0 client credentials', () => {
  const token = (name: string, more: object = {}): Script => reply(200, { access_token: name, token_type: 'Bearer', ...more });
  const tls = selfSigned('uaa.example.com');
  const pair = async () => [await start(tls), await start()] as const;
  const clientOf = (endpoint: StubBroker, broker: StubBroker, more: object = {}) =>
    open({
      url: broker.url,
      oauth2: { tokenUrl: `${endpoint.url}/oauth/token?zone=a`, clientId: 'gate way', clientSecret: 'sécret', caCertificate: tls.cert, ...more },
    });

  test('are traded for one token that serves all requests until it expires', async () => {
    const [endpoint, broker] = await pair();
    endpoint.next(token('first', { expires_in: 3600 }));
    const { backend } = clientOf(endpoint, broker, { scope: 'broker.read broker.write' });
    await Promise.all([verbs.provision(backend), verbs.bind(backend), verbs.unbind(backend)]);
    expect(broker.requests.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('Bearer first'));
    expect(endpoint.requests).toHaveLength(1);
    expect(endpoint.last).toMatchObject({
      method: 'POST',
      url: '/oauth/token?zone=a',
      headers: { authorization: `Basic ${Buffer.from('gate+way:s%C3%A9cret').toString('base64')}` },
    });
    expect(Object.fromEntries(new URLSearchParams(endpoint.last.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'broker.read broker.write',
    });
  });

  test('give a new token when the old one is about to expire', async () => {
    const [endpoint, broker] = await pair();
    endpoint.next(token('short', { expires_in: 1 }), token('next'));
    const { backend } = clientOf(endpoint, broker);
    await verbs.provision(backend);
    await verbs.provision(backend);
    expect(broker.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer short', 'Bearer next']);
  });

  test('give a new token, and the request is sent once more, when the broker answers 401', async () => {
    const [endpoint, broker] = await pair();
    endpoint.next(token('revoked'), token('fresh'));
    broker.next(reply(401), reply(201));
    const { backend } = clientOf(endpoint, broker);
    expect(await verbs.provision(backend)).toMatchObject({ kind: 'done' });
    expect(broker.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer revoked', 'Bearer fresh']);
  });

  test('that get 401 with a fresh token are not tried for ever', async () => {
    const [endpoint, broker] = await pair();
    endpoint.otherwise(token('never-good'));
    broker.otherwise(reply(401));
    const { backend } = clientOf(endpoint, broker);
    expect(await refusalOf(verbs.provision(backend))).toMatchObject({ code: 'BackendFailed', mayHaveActed: false });
    expect(broker.requests).toHaveLength(2);
  });

  test.each<readonly [string, Script, string]>([
    ['refuses the client', reply(401, { error: 'invalid_client', error_description: 'sécret is wrong' }), 'HTTP 401, invalid_client'],
    ['answers with a page', reply(200, '<html>sécret</html>', { 'content-type': 'text/html' }), 'its answer is not one of RFC 6749'],
    ['gives a token no header can carry', token('a\nb'), 'no header can carry it'],
    ['gives no token', reply(200, { token_type: 'Bearer' }), 'its answer is not one of RFC 6749'],
    ['answers with more than 64 KiB', reply(200, { access_token: 'x'.repeat(100_000), token_type: 'Bearer' }), 'its answer is not one of RFC 6749'],
  ])('whose endpoint %s: nothing is sent to the broker, and operators read why', async (_what, script, reason) => {
    const [endpoint, broker] = await pair();
    endpoint.otherwise(script);
    const { backend, log } = clientOf(endpoint, broker);
    expect(await refusalOf(verbs.provision(backend))).toMatchObject(NOT_SENT);
    expect(broker.requests).toHaveLength(0);
    expect(JSON.stringify(log)).toContain(reason);
    expect(JSON.stringify(log)).not.toContain('sécret');
  });

  test('give a token that a broker may quote: neither users nor the log read it', async () => {
    const [endpoint, broker] = await pair();
    endpoint.next(token('canary-token-1'), token('canary-token-2'));
    broker.otherwise((response, request) => reply(400, { description: `bad: ${request.headers.authorization}, canary-token-1` })(response, request));
    broker.next(reply(401, {}));
    const { backend, log } = clientOf(endpoint, broker);
    const { description } = await refusalOf(verbs.provision(backend));
    expect(description).toBe('bad: Bearer ********, ********');
    expect(JSON.stringify(log)).not.toContain('canary');
  });

  test('whose endpoint hangs: a call ends at its own deadline', async () => {
    const [endpoint, broker] = await pair();
    endpoint.otherwise(neverAnswer);
    const { backend } = clientOf(endpoint, broker);
    const signal = AbortSignal.timeout(100);
    await expect(backend.catalog({ signal })).rejects.toThrow('no access token was there in time');
  });

  test('whose endpoint has a refused address are turned down when the backend is set up', () => {
    const oauth2 = { tokenUrl: 'https://169.254.169.254/token', clientId: 'c', clientSecret: 's' };
    expect(() => open({ url: 'https://broker.example.com', oauth2 })).toThrow(/^oauth2\.tokenUrl: .*link-local/);
  });
});
