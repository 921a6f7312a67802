import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readApiVersion, type ApiVersion } from '../headers/api-version.js';
import { readRequestIdentity } from '../headers/request-identity.js';

declare module 'fastify' {
  interface FastifyRequest {
    apiVersion?: ApiVersion;
  }
}

/** With a callback: a promise for each would cost every request some microseconds. */
type OnRequest = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;

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

function echoRequestIdentity(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
  const identity = readRequestIdentity(request.headers['x-broker-api-request-identity']);
  if (identity !== undefined) reply.header('x-broker-api-request-identity', identity);
  done();
}

function requireVersion(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  done(request.routeOptions.url?.startsWith('/v2/') ? refusalOf(request) : undefined);
}

/** A callback must not be left by an exception: nobody would catch it behind a password check. */
function refusalOf(request: FastifyRequest): Error | undefined {
  try {
    request.apiVersion = readApiVersion(request.headers['x-broker-api-version']);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
