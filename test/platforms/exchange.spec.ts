import { hangUp, neverAnswer, reply, StubBroker } from '../support/stub-broker.js';
import { Exchange, type WireRequest } from './exchange.js';

const CATALOG: WireRequest = { method: 'GET', path: '/v2/catalog', headers: { 'X-Broker-Api-Version': '2.15' } };

describe('the wire between a platform and its broker', () => {
  let broker: StubBroker;
  let exchange: Exchange;

  beforeEach(async () => {
    broker = await StubBroker.start();
    exchange = new Exchange(broker.url, { timeoutMs: 200 });
  });

  afterEach(async () => {
    await exchange.close();
    await broker.stop();
  });

  it('sends what it is given and nothing of its own', async () => {
    await exchange.send({ ...CATALOG, method: 'PUT', body: '{"a": 1}' });
    const { host: _host, connection: _connection, ...headers } = broker.last.headers;
    expect(headers).toEqual({ 'x-broker-api-version': '2.15', 'content-length': '8' });
    expect(broker.last.body).toBe('{"a": 1}');
  });

  it.each(['/', '/prefix', '/prefix/'])('puts a path behind the address as it is: %j', async (end) => {
    const slashed = new Exchange(broker.url + end);
    await slashed.send(CATALOG);
    expect(broker.last.url).toBe(`${end}/v2/catalog`);
    await slashed.close();
  });

  it('gives the answer as it came, and keeps a transcript', async () => {
    broker.next(reply(418, 'not JSON'));
    await expect(exchange.send(CATALOG)).resolves.toMatchObject({ kind: 'answered', status: 418, text: 'not JSON' });
    expect(exchange.lines).toEqual(['GET /v2/catalog 418']);
  });

  it.each([
    ['reset', 'a connection that breaks', hangUp()],
    ['reset', 'an answer that breaks off', hangUp('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{')],
    ['timeout', 'no answer', neverAnswer],
    ['timeout', 'a head without the rest', (response: Parameters<typeof neverAnswer>[0]) => void response.writeHead(200).write('{')],
  ])('tells apart, as %s, %s', async (kind, _what, script) => {
    broker.next(script);
    await expect(exchange.send(CATALOG)).resolves.toEqual({ kind });
  });

  it('tells apart, as refused, that nobody listens', async () => {
    await broker.stop();
    await expect(exchange.send(CATALOG)).resolves.toEqual({ kind: 'refused' });
    broker = await StubBroker.start();
  });
});
