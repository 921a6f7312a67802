import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readApiVersion, type ApiVersion } from '../headers/api-version.js';
import { readRequestIdentity } from '../headers/request-identity.js';

declare module 'fastify' {
  interface FastifyRequest {
    apiVersion?: ApiVersion;
  }
}

type OnRequest = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * What happens before any body is read, in this order: the request identity is echoed on whatever follows, the caller is
 * authenticated, and a broker request must name a version that is served.
 */
export function addRequestHooks(server: FastifyInstance, authenticate: OnRequest): void {
  server.decorateRequest('apiVersion', undefined);
  server.decorateRequest('rawText', undefined);
  server.addHook('onRequest', echoRequestIdentity);
  server.addHook('onRequest', authenticate);
  server.addHook('onRequest', requireVersion);
}

async function echoRequestIdentity(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const identity = readRequestIdentity(request.headers['x-broker-api-request-identity']);
  if (identity !== undefined) reply.header('x-broker-api-request-identity', identity);
}

async function requireVersion(request: FastifyRequest): Promise<void> {
  if (!request.routeOptions.url?.startsWith('/v2/')) return;
  request.apiVersion = readApiVersion(request.headers['x-broker-api-version']);
}
