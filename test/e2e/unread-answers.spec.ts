import { connect, type Server, type Socket } from 'node:net';
import { TestGateway } from '../support/gateway.js';
import { basic } from '../support/http-client.js';
import { reply, StubBroker } from '../support/stub-broker.js';
import { eventually } from './eventually.js';

const CONNECTIONS = 40;
const REQUESTS_PER_CONNECTION = 16;
const MEGABYTE = 1_048_576;

let gateway: TestGateway;
let broker: StubBroker;

beforeAll(async () => {
  broker = await StubBroker.start();
  gateway = await TestGateway.start({ timings: { answerMs: 2_000 } });
  const metadata = { longDescription: 'x'.repeat(120_000) };
  const plans = Array.from({ length: 50 }, (_, index) => ({ id: `p-${index}`, name: `p-${index}`, description: 'd', metadata }));
  broker.otherwise(reply(200, { services: [{ id: 'large', name: 'large', description: 'large', bindable: true, plans }] }));
  await gateway.register('large', 'osb', { url: broker.url, username: 'u', password: 'p' });
});
afterAll(async () => {
  await gateway.stop();
  await broker.stop();
});

/** Asks for a catalog of 6 MB again and again, and reads nothing of it. */
function neverReads(): Socket {
  const head = ['GET /v2/catalog HTTP/1.1', 'host: gateway', `authorization: ${basic('platform', 'platform-password')}`];
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1').on('error', () => {}).pause();
  socket.write([...head, 'x-broker-api-version: 2.17', '', ''].join('\r\n').repeat(REQUESTS_PER_CONNECTION));
  return socket;
}

const serverOf = ({ gateway: { app } }: TestGateway): Server => app.getHttpServer();

/** As the gateway counts them. */
function connections(): Promise<number> {
  return new Promise((resolve, reject) => {
    serverOf(gateway).getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

test('clients that never read their answers take little memory, and their connections are ended', async () => {
  expect((await gateway.osb().catalog()).body['services']).toContainEqual(expect.objectContaining({ id: 'large' }));
  const before = process.memoryUsage().rss;
  let accepted = 0;
  serverOf(gateway).on('connection', () => (accepted += 1));
  const sockets = Array.from({ length: CONNECTIONS }, neverReads);
  await eventually(() => accepted, (count) => count === CONNECTIONS);
  await eventually(connections, (open) => open < CONNECTIONS / 2);
  // As copies, the answers would take 40 × 16 × 6 MB.
  expect(process.memoryUsage().rss - before).toBeLessThan(1_000 * MEGABYTE);
  expect((await gateway.osb().catalog()).status).toBe(200);
  for (const socket of sockets) socket.destroy();
});
