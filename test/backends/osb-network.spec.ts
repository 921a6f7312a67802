import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { AddressGuard, BrokerError, type ResolveHost, type ServiceBackend } from '#sdk';
import { testCall } from '#sdk/testing';
import { instance, osbAt, provision, refusalOf, thrownBy, verbs } from './osb-fixture.js';
import { selfSigned } from '../support/self-signed.js';
import { drip, hangUp, neverAnswer, reply, StubBroker, writeRaw } from '../support/stub-broker.js';

const NOT_SENT = { code: 'Unavailable', status: 503, mayHaveActed: false };

let stub: StubBroker;
const opened: ServiceBackend[] = [];
const clients: Socket[] = [];
const open: typeof osbAt = (...setup) => {
  const made = osbAt(...setup);
  opened.push(made.backend);
  return made;
};
const resolvedBy = (resolve: ResolveHost): AddressGuard => new AddressGuard(['127.0.0.1'], resolve);

beforeAll(async () => {
  stub = await StubBroker.start();
});
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close?.();
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(() => stub.stop());

/** A port of 127.0.0.1 that nothing listens on, and nothing can: it is the client's end of an open connection. */
async function closedPort(): Promise<number> {
  const client = connect(stub.port, '127.0.0.1');
  await once(client, 'connect');
  clients.push(client);
  return client.localPort as number;
}

async function listening(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer(onSocket);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return { server, port: (server.address() as AddressInfo).port };
}

describe('a broker that cannot be reached', () => {
  const unreachable: readonly (readonly [string, () => Promise<ReturnType<typeof osbAt>>])[] = [
    ['refuses the connection', async () => open(`http://127.0.0.1:${await closedPort()}`)],
    ['has a name nobody knows', async () => open('http://broker.invalid:8080')],
    ['has a name without an address', async () => open('http://none.example', {}, resolvedBy(async () => []))],
    ['speaks no TLS', async () => open(stub.url.replace('http:', 'https:'))],
    [
      'is named by a resolver that hangs',
      async () => open('http://slow.example', { connectTimeoutMs: 100 }, resolvedBy(hang)),
    ],
    [
      'is still looked up at the deadline',
      async () => open('http://slow.example', { timeoutMs: 100, connectTimeoutMs: 500 }, resolvedBy(hang)),
    ],
  ];
  const hang: ResolveHost = () => new Promise(() => {});

  test.each(unreachable)('%s: surely nothing was sent', async (_what, setup) => {
    const before = stub.requests.length;
    const { backend, log } = await setup();
    const error = await refusalOf(verbs.provision(backend));
    expect(error).toMatchObject(NOT_SENT);
    expect(error.description).not.toMatch(/127\.0\.0\.1|broker\.invalid|example/);
    expect(log).toEqual([expect.objectContaining({ level: 'warn', message: 'a request was not sent to the broker' })]);
    expect(stub.requests).toHaveLength(before);
  });

  test('a poll of it is asked again later', async () => {
    const { backend } = open(`http://127.0.0.1:${await closedPort()}`);
    const error = await thrownBy(backend.lastInstanceOperation({ ...instance, kind: 'provision' }, testCall()));
    expect(error).not.toBeInstanceOf(BrokerError);
    expect(error.message).toBe('the broker could not be reached');
  });

  test('a deadline that has passed sends nothing, although no timer has said so: the process may just have woken', async () => {
    const { backend } = open(stub.url);
    await verbs.provision(backend);
    const before = stub.requests.length;
    const signal = new AbortController().signal;
    const late = { ...testCall(), signal, deadline: new Date(Date.now() - 1) };
    expect(await refusalOf(backend.deprovision(instance, late))).toMatchObject(NOT_SENT);
    expect(stub.requests).toHaveLength(before);
  });

  test('a deadline that has passed already sends nothing', async () => {
    const { backend } = open(stub.url);
    const before = stub.requests.length;
    const call = { ...testCall(), signal: AbortSignal.abort() };
    expect(await refusalOf(backend.provision(provision, call))).toMatchObject(NOT_SENT);
    expect(stub.requests).toHaveLength(before);
  });

  test('a closed backend sends nothing', async () => {
    const { backend } = open(stub.url);
    await verbs.provision(backend);
    await backend.close?.();
    expect(await refusalOf(verbs.provision(backend))).toMatchObject(NOT_SENT);
  });
});

describe('an exchange that breaks off after the request was sent has an unknown outcome', () => {
  test.each([
    ['is reset before it answers', hangUp()],
    ['ends within the headers', hangUp('HTTP/1.1 201 Created\r\nContent-')],
    ['ends within the body', hangUp('HTTP/1.1 201 Created\r\nContent-Length: 20\r\n\r\n{"a":')],
    ['ends within a chunk', hangUp('HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a"')],
    ['is no HTTP', hangUp('SSH-2.0-OpenSSH_9.9\r\n')],
    ['has headers of 70 KB', hangUp(`HTTP/1.1 201 Created\r\nX-A: ${'x'.repeat(70_000)}\r\n\r\n{}`)],
    ['switches protocols', hangUp('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')],
    ['has two lengths', hangUp('HTTP/1.1 201 Created\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}')],
    [
      'has a length and chunks',
      hangUp('HTTP/1.1 201 Created\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'),
    ],
  ])('the answer %s', async (_what, script) => {
    const { backend } = open(stub.url);
    const before = stub.requests.length;
    stub.next(script);
    const error = await thrownBy(verbs.provision(backend));
    expect(error).not.toBeInstanceOf(BrokerError);
    expect(error.message).not.toMatch(/127\.0\.0\.1|SSH/);
    // Never sent twice by itself.
    expect(stub.requests).toHaveLength(before + 1);
  });

  test.each([
    ['no answer at all', neverAnswer],
    ['headers and nothing more', writeRaw('HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n')],
    ['an answer that drips for ever', drip],
  ])('%s within timeoutMs', async (_what, script) => {
    const { backend } = open(stub.url, { timeoutMs: 300 });
    stub.next(script);
    // Nothing else would end it within the limit of the test.
    const call = testCall({ timeoutMs: 3_600_000 });
    expect(await thrownBy(backend.provision(provision, call))).not.toBeInstanceOf(BrokerError);
  });

  test('an answer in many thousand pieces of one byte, before its end', async () => {
    const { backend } = open(stub.url);
    stub.next(writeRaw(`HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\n \r\n'.repeat(16_400)}`));
    expect(await refusalOf(verbs.provision(backend))).toMatchObject({ code: 'BackendFailed' });
  });

  test("the call's own deadline ends it earlier", async () => {
    const { backend } = open(stub.url);
    const before = stub.requests.length;
    const controller = new AbortController();
    stub.next(neverAnswer);
    const provisioning = thrownBy(backend.provision(provision, { ...testCall(), signal: controller.signal }));
    await stub.received(before + 1);
    controller.abort();
    expect(await provisioning).not.toBeInstanceOf(BrokerError);
  });
});

describe('connections', () => {
  test('are kept and used again', async () => {
    const own = await StubBroker.start();
    const { backend } = open(own.url);
    for (let calls = 0; calls < 10; calls += 1) await verbs.provision(backend);
    expect(own.openConnections).toBeLessThanOrEqual(2);
    await own.stop();
  });

  test('are never more than allowed, and whoever waits past the deadline has sent nothing', async () => {
    const own = await StubBroker.start();
    own.otherwise(neverAnswer);
    const { backend } = open(own.url, { maxConnections: 2, timeoutMs: 600 });
    const first = [thrownBy(verbs.provision(backend)), thrownBy(verbs.provision(backend))];
    await own.received(2);
    const third = new AbortController();
    const waiting = refusalOf(backend.provision(provision, { ...testCall(), signal: third.signal }));
    expect(own.openConnections).toBe(2);
    third.abort();
    expect(await waiting).toMatchObject(NOT_SENT);
    for (const error of await Promise.all(first)) expect(error).not.toBeInstanceOf(BrokerError);
    own.otherwise(reply(201));
    expect(await verbs.provision(backend)).toMatchObject({ kind: 'done' });
    expect(own.requests).toHaveLength(3);
    await own.stop();
  });

  test('close waits for what is on its way', async () => {
    const own = await StubBroker.start();
    const { backend } = open(own.url);
    const { promise: asked, resolve: answer } = Promise.withResolvers<() => void>();
    own.next((response) => answer(() => response.writeHead(201).end('{}')));
    const provisioning = verbs.provision(backend);
    const sendAnswer = await asked;
    const closing = backend.close?.();
    sendAnswer();
    expect(await provisioning).toMatchObject({ kind: 'done' });
    await closing;
    await own.stop();
  });
});

describe('answers are read within limits', () => {
  test.each([
    ['with a length', `HTTP/1.1 201 Created\r\nContent-Length: 5000000\r\n\r\n${' '.repeat(5_000)}`],
    ['in chunks', `HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n${' '.repeat(5_000)}\r\n`],
  ])('one that is too large %s is a broken protocol, and is not read to its end', async (_what, bytes) => {
    const { backend, log } = open(stub.url, { maxAnswerBytes: 2_048 });
    stub.next(writeRaw(bytes));
    expect(await refusalOf(verbs.provision(backend))).toMatchObject({ code: 'BackendFailed', mayHaveActed: true });
    expect(log.at(-1)?.fields).toMatchObject({ problem: expect.stringContaining('maxAnswerBytes') });
  });

  test('one that is exactly as large as allowed is read', async () => {
    const { backend } = open(stub.url, { maxAnswerBytes: 2_048 });
    stub.next(reply(201, `{}${' '.repeat(2_046)}`));
    expect(await verbs.provision(backend)).toMatchObject({ kind: 'done' });
  });

  test('one that comes after interim ones is the one that counts', async () => {
    const { backend } = open(stub.url);
    const interim = 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n';
    stub.next(writeRaw(`${interim}HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}`));
    expect(await verbs.provision(backend)).toEqual({ kind: 'accepted', result: {} });
  });

  test('a refusal keeps its meaning, however long it is', async () => {
    const { backend } = open(stub.url, { maxAnswerBytes: 2_048 });
    stub.next(reply(409, { description: 'x'.repeat(5_000) }));
    expect(await refusalOf(verbs.provision(backend))).toMatchObject({ code: 'Conflict' });
  });

  test('headers of 60 KB are fine, and none of them goes any further', async () => {
    const { backend } = open(stub.url);
    stub.next(reply(201, {}, { 'x-long': 'x'.repeat(60_000), 'set-cookie': 'a=b', location: '/x' }));
    expect(await verbs.provision(backend)).toEqual({ kind: 'done', result: {} });
    await verbs.provision(backend);
    expect(stub.last.headers).not.toHaveProperty('cookie');
  });

  test('compression is not asked for, and not understood', async () => {
    const { backend } = open(stub.url);
    stub.next(reply(201, Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), { 'content-encoding': 'gzip' }));
    expect(await refusalOf(verbs.provision(backend))).toMatchObject({ code: 'BackendFailed' });
  });
});

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])('HTTP %i is not followed', async (status) => {
    const { backend } = open(stub.url);
    const before = stub.requests.length;
    stub.next(reply(status, '', { location: `${stub.url}/elsewhere` }));
    expect(await refusalOf(verbs.provision(backend))).toMatchObject({ code: 'BackendFailed' });
    expect(stub.requests).toHaveLength(before + 1);
  });
});

describe('TLS', () => {
  const good = selfSigned('broker.example.com');
  const start = (options: object = {}) => StubBroker.start({ ...good, ...options });
  const named = async (): Promise<string[]> => ['127.0.0.1'];

  test('is spoken with the authorities of the backend', async () => {
    const broker = await start();
    const byName = open(`https://broker.example.com:${broker.port}`, { caCertificate: good.cert }, resolvedBy(named));
    const byAddress = open(broker.url, { caCertificate: good.cert });
    expect(await verbs.provision(byName.backend)).toMatchObject({ kind: 'done' });
    expect(await verbs.provision(byAddress.backend)).toMatchObject({ kind: 'done' });
    await broker.stop();
  });

  test.each([
    ['signed by nobody known', () => ({}), 'broker.example.com', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['signed by another authority', () => ({ caCertificate: selfSigned('x').cert }), 'broker.example.com', '_'],
    ['of another name', () => ({ caCertificate: good.cert }), 'other.example.com', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('a certificate %s: nothing is sent', async (_what, settings, name, reason) => {
    const broker = await start();
    const { backend, log } = open(`https://${name}:${broker.port}`, settings(), resolvedBy(named));
    expect(await refusalOf(verbs.provision(backend))).toMatchObject(NOT_SENT);
    expect(log[0]?.fields).toMatchObject({ reason: expect.stringContaining(reason) });
    expect(broker.requests).toHaveLength(0);
    await broker.stop();
  });

  test('older than 1.2 is not spoken', async () => {
    const broker = await start({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    const { backend } = open(broker.url, { caCertificate: good.cert });
    expect(await refusalOf(verbs.provision(backend))).toMatchObject(NOT_SENT);
    expect(broker.requests).toHaveLength(0);
    await broker.stop();
  });

  test('a handshake that never ends', async () => {
    const { server, port } = await listening((socket) => void socket.on('error', () => {}).resume());
    const { backend } = open(`https://127.0.0.1:${port}`, { connectTimeoutMs: 100 });
    expect(await refusalOf(verbs.provision(backend))).toMatchObject(NOT_SENT);
    await new Promise((closed) => server.close(closed));
  });
});
