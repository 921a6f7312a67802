import { Pool } from 'undici';
import { Exchange, NotSentError, type HttpAnswer } from './exchange.js';
import { guardedConnector, type ConnectorOptions } from './guarded-connector.js';
import type { AddressGuard } from '#sdk';

export interface OriginRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** With query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** When an exchange ends at the latest; the limits of the origin bound it in any case. */
export interface Bounds {
  readonly signal: AbortSignal;
  readonly deadline?: Date;
  /** A larger answer is cut off; the limits of the origin may be smaller. */
  readonly maxAnswerBytes?: number;
}

interface OriginLimits extends ConnectorOptions {
  readonly timeoutMs: number;
  readonly maxConnections: number;
  readonly maxAnswerBytes: number;
}

const MAX_HEADER_BYTES = 64 * 1024;

/**
 * HTTP to one scheme, host and port: bounded in time, connections and bytes; follows no redirect, uses no proxy, asks
 * for no compression, and never repeats a request.
 */
export class HttpOrigin {
  private pool: Pool | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly origin: string,
    private readonly addresses: AddressGuard,
    private readonly limits: OriginLimits,
  ) {}

  /**
   * Sends the request once and reads the whole answer.
   *
   * @throws NotSentError when surely not a byte of it left this process
   * @throws OutcomeUnknownError when it was sent and no complete answer came
   */
  async send(request: OriginRequest, { signal, deadline, maxAnswerBytes = Infinity }: Bounds): Promise<HttpAnswer> {
    if (signal.aborted) throw new NotSentError('the deadline had passed already');
    if (this.closing) throw new NotSentError('the backend was closed');
    const { timeoutMs } = this.limits;
    const maxBytes = Math.min(maxAnswerBytes, this.limits.maxAnswerBytes);
    const exchange = new Exchange(maxBytes, Math.min(deadline?.getTime() ?? Infinity, Date.now() + timeoutMs));
    const stop = (): void => exchange.stop();
    const timer = setTimeout(stop, timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    try {
      this.openPool().dispatch({ ...request, body: request.body ?? null }, exchange);
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
    const { maxConnections, timeoutMs, ...connector } = this.limits;
    this.pool ??= new Pool(this.origin, {
      connections: maxConnections,
      pipelining: 1,
      allowH2: false,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxHeaderSize: MAX_HEADER_BYTES,
      connect: guardedConnector(this.addresses, connector),
    });
    return this.pool;
  }
}
