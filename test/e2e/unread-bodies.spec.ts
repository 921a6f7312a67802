import { connect } from 'node:net';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { createHttpAdapter } from '../../apps/gateway/http-server.js';

let server: FastifyInstance;
beforeAll(() => {
  server = createHttpAdapter([]).getInstance<FastifyInstance>();
});
afterAll(() => server.close());

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
};

test('of a body in pieces of one byte that nobody reads yet, only the first packet is kept', async () => {
  const sent = Promise.withResolvers<void>();
  const kept = Promise.withResolvers<number>();
  server.get('/', async ({ raw }) => {
    await sent.promise;
    await turns(100);
    kept.resolve(raw.readableLength);
    return {};
  });
  const { port } = new URL(await server.listen({ port: 0, host: '127.0.0.1' }));
  const socket = connect(Number(port), '127.0.0.1').on('error', () => {}).resume();
  socket.write('GET / HTTP/1.1\r\nhost: gateway\r\ntransfer-encoding: chunked\r\n\r\n');
  // 65,536 bytes are what Node keeps by itself, each as an object of its own.
  for (let batch = 0; batch < 100; batch += 1) {
    socket.write('1\r\n \r\n'.repeat(1_000), () => batch === 99 && sent.resolve());
    await turns(10);
  }
  const keptBytes = await kept.promise;
  socket.destroy();
  await once(socket, 'close');
  expect(keptBytes).toBeLessThan(16_384);
});
