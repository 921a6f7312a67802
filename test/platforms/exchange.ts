import { Pool } from 'undici';

/** A request as it goes over the wire: nothing is added but what HTTP itself needs. */
export interface WireRequest {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, put behind the address of the broker as they are. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface WireAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What came of it. `refused`: no connection, nothing was sent; `reset`: broken off; `timeout`: not whole in time. */
export type WireReply = WireAnswer | { readonly kind: 'refused' | 'reset' | 'timeout' };

/** One line of the transcript; without a reply while it is under way. */
export interface Exchanged extends WireRequest {
  reply?: WireReply;
}

export interface ExchangeOptions {
  /** In real time, as answers take: longer than the budget of the gateway, as 60 s are longer than 50. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;

/** The wire between a platform and its broker, and a transcript of all that went over it, oldest first. */
export class Exchange {
  readonly transcript: Exchanged[] = [];
  private readonly pool: Pool;
  private readonly prefix: string;
  private readonly timeoutMs: number;

  /** @param brokerUrl as an operator registered it; a path or a slash at its end stays where it is */
  constructor(brokerUrl: string, { timeoutMs = TIMEOUT_MS }: ExchangeOptions = {}) {
    const { origin } = new URL(brokerUrl);
    this.prefix = brokerUrl.slice(origin.length);
    this.timeoutMs = timeoutMs;
    this.pool = new Pool(origin, { connections: 50, maxHeaderSize: 65_536 });
  }

  /** Never throws: that no answer came is an answer too. */
  async send(request: WireRequest): Promise<WireReply> {
    const entry: Exchanged = { ...request };
    this.transcript.push(entry);
    const reply = await this.reply(request).catch((error: unknown): WireReply => ({ kind: lossOf(error) }));
    entry.reply = reply;
    return reply;
  }

  /** The transcript, a line each: `PUT /v2/service_instances/1?accepts_incomplete=true 202`. */
  get lines(): string[] {
    return this.transcript.map(lineOf);
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async reply({ method, path, headers, body }: WireRequest): Promise<WireReply> {
    const answer = await this.pool.request({
      method,
      path: this.prefix + path,
      headers: { ...headers },
      signal: AbortSignal.timeout(this.timeoutMs),
      ...(body === undefined ? {} : { body }),
    });
    return { kind: 'answered', status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }
}

function lineOf({ method, path, reply }: Exchanged): string {
  if (!reply) return `${method} ${path} …`;
  return `${method} ${path} ${reply.kind === 'answered' ? reply.status : reply.kind}`;
}

function lossOf(error: unknown): 'refused' | 'reset' | 'timeout' {
  const { code, name } = error as { code?: string; name?: string };
  if (code === 'ECONNREFUSED') return 'refused';
  return name === 'TimeoutError' ? 'timeout' : 'reset';
}
