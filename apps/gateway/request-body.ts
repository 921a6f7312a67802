import { errorCodes, type FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { CollectedBytes, JsonTextError } from '#sdk';

/**
 * The whole body of a request. Not by Fastify's own reading, which keeps every piece as it came until the last one is
 * there: 1 MB in pieces of one byte would take 250.
 *
 * @throws an error with the status to answer, as soon as it is known; what still comes is not kept
 */
export function readRequestBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const bytes = new CollectedBytes(maxBytes);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const refuse = (error: Error): void => {
    request.off('data', take).resume();
    reject(error);
  };
  const take = (piece: Buffer): void => {
    const problem = bytes.add(piece);
    if (problem === 'too large') refuse(tooLarge());
    else if (problem !== undefined) refuse(malformed(new JsonTextError('the body comes in too many small pieces')));
  };
  request.on('error', (error) => reject(malformed(error)));
  if (Number(request.headers['content-length']) > maxBytes) refuse(tooLarge());
  else request.on('data', take).once('end', () => resolve(bytes.all()));
  return promise;
}

const tooLarge = (): Error => new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
const malformed = (error: Error): Error => Object.assign(error, { statusCode: 400 });

/**
 * Who is answered before the end of a body in chunks, such as one without a login, could go on sending chunks of one byte,
 * and each takes its time.
 */
export function endUnreadBodies(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, _payload, done) => {
    const isUnread = request.headers['transfer-encoding'] !== undefined && !request.raw.complete;
    if (isUnread) reply.header('connection', 'close');
    done();
  });
}
