import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { TrustProxy } from '#config';
import { JSON_LIMITS, JsonTextError, parseRawObject, type JsonLimits } from '#sdk';
import { NO_STORE } from './browser-safety.js';
import { readRequestBody } from './request-body.js';

const MEGABYTE = 1_048_576;
/** 1,024 characters of four bytes, each written as `%XX`. */
const MOST_ID_LENGTH = 1024 * 4 * 3;
const HEADER_BYTES = 64 * 1024;
/** How much of a body is taken before anybody reads it, beside what one packet holds: pieces of one byte take hundreds. */
const UNREAD_BYTES = 4 * 1024;
/** Longer than clients keep idle connections (Go: 90 s), so that none is closed under a request. */
const KEEP_ALIVE_MS = 120_000;

/**
 * Fastify as the platforms need it.
 *
 * @param trustProxy whose X-Forwarded headers count: addresses and networks, or how many proxies stand in front
 */
export function createHttpAdapter(trustProxy: TrustProxy): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy: typeof trustProxy === 'number' ? (_address: string, hop: number) => hop < trustProxy : [...trustProxy],
    bodyLimit: MEGABYTE,
    routerOptions: { maxParamLength: MOST_ID_LENGTH },
    genReqId: () => randomUUID(),
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: 60_000,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    http: { maxHeaderSize: HEADER_BYTES, highWaterMark: UNREAD_BYTES },
    // Cloud Controller glues base URL and path together: `//v2/catalog` (decision 19).
    rewriteUrl: (request: IncomingMessage) => (request.url ?? '/').replace(/^\/{2,}/, '/'),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      void reply
        .status(error.statusCode ?? 400)
        .header('content-type', 'application/json; charset=utf-8')
        .header('cache-control', NO_STORE)
        .send(JSON.stringify({ error: 'BadRequest', description: 'the path of the request is malformed' }));
    },
  });
}

/** Fewer values than a broker request: each is held against a schema. */
const ADMIN_LIMITS: JsonLimits = { ...JSON_LIMITS, maxValues: 5_000 };

/**
 * Keeps the text of a JSON body, because parsing alone would damage numbers and key order. Broker requests are parsed
 * by their routes; an empty body is no error here (Korifi sends the content type with DELETE).
 */
export function addJsonParser(server: FastifyInstance): void {
  server.addContentTypeParser('application/json', async (request: FastifyRequest, payload: IncomingMessage) => {
    const body = await readRequestBody(payload, MEGABYTE);
    try {
      const text = textOf(body);
      request.rawText = text;
      if (text === '' || request.routeOptions.url?.startsWith('/v2/')) return undefined;
      return parseRawObject(text, ADMIN_LIMITS).value;
    } catch (error) {
      throw Object.assign(error as Error, { statusCode: 400 });
    }
  });
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes that are no text would be replaced without a word, and a password would arrive as another one. */
function textOf(body: Buffer): string {
  try {
    return UTF_8.decode(body);
  } catch {
    throw new JsonTextError('the body is not UTF-8 text');
  }
}

/** An answer given while the gateway stops ends its connection: an idle one would keep the server open for minutes. */
export function addFarewell(server: FastifyInstance, isStopping: () => boolean): void {
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (isStopping()) reply.header('connection', 'close');
    done();
  });
}

interface ClientError extends Error {
  readonly code?: string;
}

/** What Node refuses before there is a request: headers too large, no HTTP at all, a request that never ends. */
function answerBrokenRequest(error: ClientError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, word, description] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'HeaderTooLarge', 'the headers are larger than 64 KB']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'RequestTimeout', 'the request did not arrive in time']
        : ['400 Bad Request', 'BadRequest', 'this is no well-formed HTTP request'];
  const body = JSON.stringify({ error: word, description });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nCache-Control: ${NO_STORE}\r\nConnection: close\r\n\r\n${body}`,
  );
}
