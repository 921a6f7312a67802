import { connect } from 'node:net';
import { TestGateway } from '../support/gateway.js';
import { basic } from '../support/http-client.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

/** Sends a body in pieces; resolves with all that was answered when the connection is closed. */
async function answerTo(pieces: string, password = 'platform-password', connection = 'close'): Promise<string> {
  const head = ['PUT /v2/service_instances/small-pieces HTTP/1.1', 'host: gateway', `connection: ${connection}`, 'x-broker-api-version: 2.17'];
  const login = `authorization: ${basic('platform', password)}`;
  const body = ['content-type: application/json', 'transfer-encoding: chunked', '', pieces];
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1').on('error', () => {});
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write([...head, login, ...body].join('\r\n'));
  await closed;
  return Buffer.concat(chunks).toString();
}

test('a body in many thousand pieces of one byte is refused before its end, and others are served', async () => {
  expect(await answerTo('1\r\n \r\n'.repeat(16_400))).toContain('the body comes in too many small pieces');
  expect((await gateway.osb().catalog()).status).toBe(200);
});

test('a body in some thousand pieces of one byte is read', async () => {
  expect(await answerTo(`${'1\r\n \r\n'.repeat(5_000)}2\r\n{}\r\n0\r\n\r\n`)).toContain('service_id: is required');
});

test('a connection ends with a refusal when the body still comes', async () => {
  expect(await answerTo('1\r\n \r\n', 'wrong', 'keep-alive')).toContain('HTTP/1.1 401');
});
