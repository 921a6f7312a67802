import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { HttpClient } from './http-client.js';

let server: Server;
let client: HttpClient;
let received: string;
let reply: string;
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      if (whole(received)) socket.end(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new HttpClient({ url: `http://127.0.0.1:${port}/p1/`, headers: { 'X-Own': 'own' }, answerMs: 2_000 });
});
/** Whether a request has come to its end. */
function whole(text: string): boolean {
  const [head = '', body] = text.split(/\r\n\r\n([\s\S]*)/);
  if (body === undefined) return false;
  if (/transfer-encoding/i.test(head)) return body.endsWith('\r\n0\r\n\r\n');
  return body.length >= Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
}

afterAll(() => {
  client.close();
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  received = '';
  reply = 'HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nconnection: close\r\ncontent-length: 7\r\n\r\n{"a":1}';
});

test('a path is sent as it is, behind the prefix of the address', async () => {
  await client.send('GET', '/v2/service_instances/%2f..%2F%E0%A4%A//x', { query: 'a=%2B+&a' });
  expect(received).toMatch(/^GET \/p1\/v2\/service_instances\/%2f\.\.%2F%E0%A4%A\/\/x\?a=%2B\+&a HTTP\/1\.1\r\n/);
});

test('headers are sent in their letter case, as often as told, and not at all where told', async () => {
  await client.send('GET', '/', { headers: { 'x-OWN': undefined, 'X-Twice': ['1', '2'], Empty: '' } });
  expect(received).toContain('\r\nX-Twice: 1\r\nX-Twice: 2\r\n');
  expect(received).toMatch(/\r\nEmpty: ?\r\n/);
  expect(received.toLowerCase()).not.toContain('x-own');
});

test('a body is sent as JSON, or byte for byte, with or without a content type', async () => {
  await client.send('PUT', '/', { body: { a: 'ä' } });
  expect(received).toContain('Content-Type: application/json\r\n');
  expect(received).toContain('Content-Length: 10\r\n');
  received = '';
  await client.send('PUT', '/', { raw: '{"half":}', headers: { 'content-type': undefined } });
  expect(received).toContain('\r\n\r\n{"half":}');
  expect(received).not.toMatch(/content-type/i);
});

test('a body can be sent in chunks', async () => {
  await client.send('PATCH', '/', { raw: '{"a":"0123456"}', chunked: true });
  expect(received).toContain('Transfer-Encoding: chunked');
  expect(received).toContain('\r\n\r\n7\r\n{"a":"0\r\n');
});

test('an answer shows every header and its bytes', async () => {
  const answer = await client.send('GET', '/');
  expect(answer.rawHeaders.slice(0, 2)).toEqual([['X-A', '1'], ['x-a', '2']]);
  expect(answer.headers('x-A')).toEqual(['1', '2']);
  expect([answer.status, answer.text, answer.body]).toEqual([200, '{"a":1}', { a: 1 }]);
});

test('bytes that are no request are sent all the same, and chunks of an answer are put together', async () => {
  reply = 'HTTP/1.1 400 Bad\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n';
  const answer = await client.sendBytes('NONSENSE\r\nX: \u0001\r\n\r\n');
  expect([answer.status, answer.text]).toEqual([400, '{}']);
  expect(received).toBe('NONSENSE\r\nX: \u0001\r\n\r\n');
});

test('a client that is told to be impatient hangs up before the answer', async () => {
  reply = '';
  const hungUp = new Promise((resolve) => server.once('connection', (socket: Socket) => socket.once('close', resolve)));
  const sent = client.send('PUT', '/', { raw: '{', headers: { 'content-length': '9' }, patienceMs: 50 });
  await expect(sent).rejects.toThrow(/^PUT .* was not answered: /);
  await hungUp;
});

test('a request nobody answers says which one it was', async () => {
  const nobody = new HttpClient({ url: 'http://127.0.0.1:9', headers: {}, answerMs: 500 });
  await expect(nobody.send('GET', '/v2/catalog')).rejects.toThrow(/^GET \/v2\/catalog was not answered: /);
});
