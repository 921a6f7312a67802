import { AddressGuard, BrokerError, type ResolveHost, type ServiceBackend } from '#sdk';
import { osbAt, refusalOf, thrownBy, verbs } from './osb-fixture.js';
import { reply, StubBroker } from '../support/stub-broker.js';

const NOT_SENT = { code: 'Unavailable', status: 503, mayHaveActed: false };

let stub: StubBroker;
const opened: ServiceBackend[] = [];
const open: typeof osbAt = (...setup) => {
  const made = osbAt(...setup);
  opened.push(made.backend);
  return made;
};

beforeAll(async () => {
  stub = await StubBroker.start();
});
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close?.();
});
afterAll(() => stub.stop());

describe('the address behind a name', () => {
  const nothingAllowed = new AddressGuard([]);
  const resolvingTo = (allowed: readonly string[], ...addresses: string[]): AddressGuard =>
    new AddressGuard(allowed, async () => addresses);

  test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '169.254.169.254', 'fd00:ec2::254', '0.0.0.0', 'fe80::1'])(
    '%s is not called',
    async (address) => {
      const { backend, log } = open(`http://broker.example.com:${stub.port}`, {}, resolvingTo([], address));
      const before = stub.requests.length;
      const error = await refusalOf(verbs.provision(backend));
      expect(error).toMatchObject(NOT_SENT);
      expect(error.description).not.toMatch(/example|127|169|::/);
      expect(log[0]?.fields).toMatchObject({
        reason: expect.stringContaining(`broker.example.com resolves to ${address}`),
      });
      expect(stub.requests).toHaveLength(before);
    },
  );

  test('the operator reads in the catalog error what to do', async () => {
    const { backend } = open('http://broker.example.com', {}, resolvingTo([], '127.0.0.1'));
    const error = await thrownBy(backend.catalog({ signal: AbortSignal.timeout(60_000) }));
    expect(error).not.toBeInstanceOf(BrokerError);
    expect(error.message).toBe(
      'no catalog from the broker at broker.example.com: broker.example.com resolves to 127.0.0.1, a loopback address, ' +
        "and those are not called; add it to BACKEND_ALLOWED_HOSTS of the gateway if that is meant",
    );
  });

  test.each([
    ['its name', ['broker.example.com']],
    ['its address', ['127.0.0.1']],
    ['its network', ['127.0.0.0/8']],
  ])('is called when %s is allowed', async (_what, allowed) => {
    const { backend } = open(`http://broker.example.com:${stub.port}`, {}, resolvingTo(allowed, '127.0.0.1'));
    expect(await verbs.provision(backend)).toMatchObject({ kind: 'done' });
    expect(stub.last.headers.host).toBe(`broker.example.com:${stub.port}`);
  });

  test('of several addresses only the permitted ones are tried', async () => {
    const mixed = resolvingTo(['127.0.0.1'], '169.254.169.254', '::1', '127.0.0.1');
    const { backend } = open(`http://broker.example.com:${stub.port}`, {}, mixed);
    expect(await verbs.provision(backend)).toMatchObject({ kind: 'done' });
  });

  test('is looked up once per connection, and the address that was checked is the one connected to', async () => {
    // 1. The name points to a permitted address; 2. right after the check it would point to a forbidden one.
    const before = stub.requests.length;
    const answers = ['127.0.0.1', '127.0.0.2'];
    const asked: string[] = [];
    const resolve: ResolveHost = async (host) => {
      asked.push(host);
      return [answers.shift() ?? '127.0.0.2'];
    };
    const { backend } = open(`http://rebind.example:${stub.port}`, {}, new AddressGuard(['127.0.0.1'], resolve));
    stub.next(reply(201, {}, { connection: 'close' }));
    expect(await verbs.provision(backend)).toMatchObject({ kind: 'done' });
    expect(asked).toEqual(['rebind.example']);
    // 3. A new connection looks it up again, and is refused now.
    expect(await refusalOf(verbs.provision(backend))).toMatchObject(NOT_SENT);
    expect(asked).toHaveLength(2);
    expect(stub.requests).toHaveLength(before + 1);
  });

  test.each([
    'http://127.0.0.1',
    'http://[::1]',
    'http://2130706433',
    'http://169.254.169.254/latest',
    'http://0x7f.1',
  ])('%s is refused when the backend is set up', (url) => {
    expect(() => osbAt(url, {}, nothingAllowed)).toThrow(/^url: .* address, and those are not called/);
  });

  test('localhost is refused by what it resolves to', async () => {
    const { backend } = open(`http://localhost:${stub.port}`, {}, nothingAllowed);
    expect(await refusalOf(verbs.provision(backend))).toMatchObject(NOT_SENT);
  });
});
