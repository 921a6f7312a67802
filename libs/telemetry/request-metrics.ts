import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.js';

/** Times every request, by its route and never by its URL. */
export function addRequestMetrics(server: FastifyInstance, metrics: Metrics): void {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.requestAnswered(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}
