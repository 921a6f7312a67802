import { connect } from 'node:net';
import { TestGateway } from '../support/gateway.js';
import { basic } from '../support/http-client.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

/** Sends a request so many times in one piece; resolves with how many were answered when the connection is closed. */
async function pipelined(times: number): Promise<number> {
  const login = basic('platform', 'platform-password');
  const head = (more: string): string => `GET /v2/catalog HTTP/1.1\r\nhost: gateway\r\nauthorization: ${login}\r\nx-broker-api-version: 2.17\r\n${more}\r\n`;
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1').on('error', () => {});
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(head('').repeat(times - 1) + head('connection: close\r\n'));
  await closed;
  return Buffer.concat(chunks).toString('latin1').split('HTTP/1.1 200 OK').length - 1;
}

test('a few requests that are sent before the first is answered are all answered', async () => {
  expect(await pipelined(16)).toBe(16);
});

test('a connection with more requests under way is ended, and others are served', async () => {
  expect(await pipelined(1_000)).toBeLessThan(1_000);
  expect((await gateway.osb().catalog()).status).toBe(200);
});

test('a connection takes any number of requests one after the other', async () => {
  const osb = gateway.osb();
  for (let request = 0; request < 100; request += 1) expect((await osb.catalog()).status).toBe(200);
});
