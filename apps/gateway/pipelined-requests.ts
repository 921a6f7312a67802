import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';

/** Platforms send one request after the other; some libraries send a few before the first is answered. */
const MAX_PER_CONNECTION = 16;

/**
 * Ends a connection with more requests under way. All that come in one packet are read in one turn of the event loop, and
 * 64 KB hold 2,500 of them: what is not answered costs a fraction of what is.
 *
 * @param server before it has any other hook, so that nothing else is done for them
 */
export function limitPipelinedRequests(server: FastifyInstance): void {
  const underWay = new WeakMap<Socket, number>();
  server.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    const { socket } = request.raw;
    if (socket.destroyed) return void reply.hijack();
    const count = (underWay.get(socket) ?? 0) + 1;
    if (count > MAX_PER_CONNECTION) {
      reply.hijack();
      return void socket.destroy();
    }
    underWay.set(socket, count);
    reply.raw.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    done();
  });
}
