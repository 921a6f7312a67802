import { Pool } from 'undici';
import { readAnswer, type Answer, type Json } from './answer.js';
import type { Ask, Manner } from './manner.js';

export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface ExchangeOptions {
  /** Where the gateway listens; may have a path. */
  readonly url: string;
  readonly login: Login;
  /** Fires when the tour is broken off. */
  readonly signal: AbortSignal;
}

export interface Request {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly kind: Ask['kind'];
  readonly body?: Json;
}

/** Platforms hang up after this long. */
const HANG_UP_MS = 60_000;

/** Sends requests with the headers of one kind of platform. */
export class Exchange {
  private readonly pool: Pool;
  private readonly prefix: string;

  constructor(
    private readonly options: ExchangeOptions,
    private readonly manner: Manner,
  ) {
    const { origin, pathname } = new URL(options.url);
    this.pool = new Pool(origin, { headersTimeout: HANG_UP_MS, bodyTimeout: HANG_UP_MS });
    this.prefix = pathname.replace(/\/$/, '');
  }

  async send({ method, path, kind, body }: Request): Promise<Answer> {
    const { login, signal } = this.options;
    const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    const answer = await this.pool.request({
      method,
      path: this.prefix + path,
      headers: { Authorization: authorization, ...this.manner.headers({ kind, hasBody: body !== undefined }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
    return readAnswer(answer.statusCode, await answer.body.text());
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}
