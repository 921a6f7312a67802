import { Agent, request as overHttp, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as overTls } from 'node:https';
import { Answer } from './answer.js';
import { bytesAnswer } from './bytes.js';

/** What is sent with a request; nothing is added to it, decoded or corrected. */
export interface Ask {
  /** Encoded where given by members, as it is where given as text. */
  readonly query?: Readonly<Record<string, string>> | string;
  /** In addition to the client's own; undefined takes one of those away, a list sends a header several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string | Buffer;
  /** Sends the body in chunks, without saying how long it is. */
  readonly chunked?: boolean;
  /** Hangs up when there is no answer by then, instead of waiting as long as the client does. */
  readonly patienceMs?: number;
}

export interface ClientOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long an answer may take. */
  readonly answerMs: number;
}

const MAX_HEAD_BYTES = 262_144;
const CHUNK_BYTES = 7;

/** A client that sends exactly what it is told. */
export class HttpClient {
  private readonly base: URL;
  private readonly agent: Agent;

  constructor(private readonly options: ClientOptions) {
    this.base = new URL(options.url);
    this.agent = new (this.base.protocol === 'https:' ? TlsAgent : Agent)({ keepAlive: true, maxSockets: 64 });
  }

  /** @throws Error when there is no answer in time, or none at all. */
  async send(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const target = this.prefix + path + search(ask.query);
    const body = bodyOf(ask);
    const headers = this.headersOf(method, ask, body);
    const startedAt = performance.now();
    try {
      const signal = AbortSignal.timeout(ask.patienceMs ?? this.options.answerMs);
      const { incoming, text } = await this.exchange(method, target, headers, ask.chunked ? inChunks(body) : [body ?? ''], signal);
      return new Answer(`${method} ${target}`, incoming.statusCode ?? 0, pairs(incoming.rawHeaders), text, performance.now() - startedAt);
    } catch (error) {
      throw new Error(`${method} ${target} was not answered: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  /** Sends these very bytes on a connection of their own: for what is no HTTP request any more. */
  sendBytes(bytes: string | Buffer): Promise<Answer> {
    return bytesAnswer(this.base, bytes, this.options.answerMs);
  }

  /** What the path of every request begins with. */
  get prefix(): string {
    return this.base.pathname.replace(/\/+$/, '');
  }

  get host(): string {
    return this.base.host;
  }

  close(): void {
    this.agent.destroy();
  }

  private exchange(
    method: string,
    path: string,
    headers: readonly string[],
    body: readonly (string | Buffer)[],
    signal: AbortSignal,
  ): Promise<{ incoming: IncomingMessage; text: string }> {
    const { hostname, port, protocol } = this.base;
    const request = protocol === 'https:' ? overTls : overHttp;
    return new Promise((resolve, reject) => {
      const outgoing = request({ method, path, headers, hostname, port, agent: this.agent, signal, maxHeaderSize: MAX_HEAD_BYTES });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        collected(incoming).then((text) => resolve({ incoming, text }), reject);
      });
      for (const chunk of body) if (chunk.length > 0) outgoing.write(chunk);
      outgoing.end();
    });
  }

  /** Names and values in turn, as Node sends them without touching them. */
  private headersOf(method: string, ask: Ask, body: string | Buffer | undefined): string[] {
    const length = ask.chunked ? undefined : lengthOf(method, body);
    const all = {
      Host: this.base.host,
      ...this.options.headers,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(length === undefined ? {} : { 'Content-Length': length }),
      ...(ask.chunked ? { 'Transfer-Encoding': 'chunked' } : {}),
    };
    const own = Object.entries(ask.headers ?? {});
    const replaced = new Set(own.map(([name]) => name.toLowerCase()));
    const kept = Object.entries(all).filter(([name]) => !replaced.has(name.toLowerCase()));
    return [...kept, ...own].flatMap(([name, value]) => {
      if (value === undefined) return [];
      return (typeof value === 'string' ? [value] : value).flatMap((each) => [name, each]);
    });
  }
}

function search(query: Ask['query'] = ''): string {
  const text = typeof query === 'string' ? query : new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
}

function bodyOf({ raw, body }: Ask): string | Buffer | undefined {
  return raw ?? (body === undefined ? undefined : JSON.stringify(body));
}

function lengthOf(method: string, body: string | Buffer | undefined): string | undefined {
  if (body !== undefined) return String(Buffer.byteLength(body));
  return method === 'PUT' || method === 'PATCH' ? '0' : undefined;
}

function inChunks(body: string | Buffer = ''): Buffer[] {
  const bytes = Buffer.from(body);
  return Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_none, index) =>
    bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
}

async function collected(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_none, index) => [flat[index * 2] ?? '', flat[index * 2 + 1] ?? '']);
}
