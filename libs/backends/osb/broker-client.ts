import { Pool } from 'undici';
import type { AddressGuard } from '#sdk';
import { Exchange, NotSentError, type HttpAnswer } from './exchange.js';
import { guardedConnector } from './guarded-connector.js';
import type { OsbSettings } from './settings.js';

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL, with query: `/v2/catalog`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** When an exchange ends at the latest; the time of the settings bounds it in any case. */
export interface Bounds {
  readonly signal: AbortSignal;
  readonly deadline?: Date;
}

const MAX_HEADER_BYTES = 64 * 1024;

/**
 * HTTP to one broker: bounded in time, connections and bytes; follows no redirect, uses no proxy, asks for no
 * compression, and never repeats a request by itself.
 */
export class BrokerClient {
  /** Host and port, for operators. */
  readonly host: string;
  private readonly origin: string;
  private readonly prefix: string;
  private pool: Pool | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly settings: OsbSettings,
    private readonly addresses: AddressGuard,
  ) {
    const url = new URL(settings.url);
    this.host = url.host;
    this.origin = url.origin;
    this.prefix = url.pathname.replace(/\/+$/, '');
  }

  /**
   * Sends the request once and reads the whole answer.
   *
   * @throws NotSentError when surely not a byte of it left this process
   * @throws OutcomeUnknownError when it was sent and no complete answer came
   */
  async send(request: HttpRequest, { signal, deadline }: Bounds): Promise<HttpAnswer> {
    if (signal.aborted) throw new NotSentError('the deadline had passed already');
    if (this.closing) throw new NotSentError('the backend was closed');
    const { maxAnswerBytes, timeoutMs } = this.settings;
    const exchange = new Exchange(maxAnswerBytes, Math.min(deadline?.getTime() ?? Infinity, Date.now() + timeoutMs));
    const stop = (): void => exchange.stop();
    const timer = setTimeout(stop, timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    try {
      this.openPool().dispatch({ ...request, path: this.prefix + request.path, body: request.body ?? null }, exchange);
      return await exchange.answer;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  /** Lets running exchanges end and gives up the connections. */
  close(): Promise<void> {
    this.closing ??= this.pool?.close() ?? Promise.resolve();
    return this.closing;
  }

  private openPool(): Pool {
    const { maxConnections, timeoutMs, connectTimeoutMs, caCertificate } = this.settings;
    this.pool ??= new Pool(this.origin, {
      connections: maxConnections,
      pipelining: 1,
      allowH2: false,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxHeaderSize: MAX_HEADER_BYTES,
      connect: guardedConnector(this.addresses, { connectTimeoutMs, caCertificate }),
    });
    return this.pool;
  }
}
