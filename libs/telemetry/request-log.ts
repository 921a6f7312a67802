import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { readable } from '#core';

/** One line for every request that is no read of the catalog or a probe: what was asked, and how it was answered. */
export function addRequestLog(server: FastifyInstance, logger: Logger): void {
  server.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
    const route = request.routeOptions.url;
    const quiet = route === '/v2/catalog' || route?.startsWith('/health');
    if (quiet && reply.statusCode < 400) return done();
    const requestIdentity = reply.getHeader('x-broker-api-request-identity');
    logger.info(
      {
        requestId: request.id,
        method: request.method,
        route: route ?? 'unknown',
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
        ...(requestIdentity === undefined ? {} : { requestIdentity: readable(requestIdentity) }),
      },
      'request answered',
    );
    done();
  });
}
