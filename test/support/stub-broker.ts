import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, not decoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the stub does with one request. */
export type Script = (response: ServerResponse, request: ReceivedRequest) => void;

/** Answers with a status, a body (objects as JSON, anything else as it is) and headers. */
export function reply(status: number, body: object | string = {}, headers: Record<string, string> = {}): Script {
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return (response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(bytes);
}

/** Writes bytes of any kind, also broken HTTP, and leaves the connection open. */
export const writeRaw =
  (bytes: string): Script =>
  (response) =>
    response.socket?.write(bytes);

/** Reads the request and closes the connection, after having written `before`. */
export const hangUp =
  (before = ''): Script =>
  (response) =>
    before === '' ? response.socket?.resetAndDestroy() : response.socket?.end(before);

/** Reads the request and never answers. */
export const neverAnswer: Script = () => {};

/** Starts a good answer and goes on with one byte of white space every few milliseconds, for ever. */
export const drip: Script = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 5);
  response.on('close', () => clearInterval(timer));
};

/** A broker on a real socket that records what it receives and answers by script. */
export class StubBroker {
  readonly requests: ReceivedRequest[] = [];
  private readonly queue: Script[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly waiting: (() => void)[] = [];
  private fallback: Script = reply(200);

  private constructor(
    private readonly server: Server,
    private readonly scheme: string,
  ) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket)).on('error', () => {});
    });
    server.on('request', (request, response) => void this.serve(request, response));
  }

  /** Listens on a free port of 127.0.0.1; with a key and a certificate it speaks TLS. */
  static async start(tls?: ServerOptions): Promise<StubBroker> {
    const limits = { maxHeaderSize: 256 * 1024, keepAliveTimeout: 60_000 };
    const server = tls ? createTlsServer({ ...tls, ...limits }) : createServer(limits);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new StubBroker(server, tls ? 'https' : 'http');
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  get openConnections(): number {
    return this.sockets.size;
  }

  /** The last request; fails when there was none. */
  get last(): ReceivedRequest {
    const request = this.requests.at(-1);
    if (!request) throw new Error('the stub broker received no request');
    return request;
  }

  /** What happens to the next requests, in turn. */
  next(...scripts: Script[]): this {
    this.queue.push(...scripts);
    return this;
  }

  /** What happens to requests nothing was queued for. */
  otherwise(script: Script): this {
    this.fallback = script;
    return this;
  }

  /** Resolves when this many requests have come in all. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) await new Promise<void>((came) => this.waiting.push(came));
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const received = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
    this.requests.push(received);
    for (const came of this.waiting.splice(0)) came();
    (this.queue.shift() ?? this.fallback)(response, received);
  }
}
