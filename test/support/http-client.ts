import { Pool } from 'undici';

/** Tests read deep into bodies; what is not there fails their expectation. */
export type JsonBody = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed body; an empty object where there is none. */
  readonly body: JsonBody;
}

export interface Ask {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, with a JSON content type unless `headers` say otherwise. */
  readonly raw?: string | Buffer;
  readonly signal?: AbortSignal;
}

/** A client that sends exactly the path it is given. */
export class HttpClient {
  private readonly pool: Pool;

  constructor(
    baseUrl: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    this.pool = new Pool(baseUrl, { connections: 100, maxHeaderSize: 65_536, headersTimeout: 120_000 });
  }

  async request(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const body = ask.raw ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body));
    const search = ask.query ? `?${new URLSearchParams(ask.query).toString()}` : '';
    const answer = await this.pool.request({
      method,
      path: path + search,
      headers: { ...this.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...ask.headers },
      ...(body === undefined ? {} : { body }),
      ...(ask.signal ? { signal: ask.signal } : {}),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, body: parsed(text) };
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}

function parsed(text: string): JsonBody {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

export const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
