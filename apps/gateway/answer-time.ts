import type { FastifyInstance } from 'fastify';

/**
 * Ends the connection of a client that has not taken its answer within `answerMs`, counted from the moment the answer was
 * there: one that does not read, or reads a byte at a time, would hold its connection and the answer for ever.
 */
export function limitAnswerTime(server: FastifyInstance, answerMs: number): void {
  server.addHook('onSend', ({ raw: { socket } }, reply, _payload, done) => {
    // The rest of an answer is not left to the kernel either: nobody reads it.
    const timer = setTimeout(() => socket.resetAndDestroy(), answerMs).unref();
    reply.raw.once('close', () => clearTimeout(timer));
    done();
  });
}
