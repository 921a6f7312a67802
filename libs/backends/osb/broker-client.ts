import type { AddressGuard } from '#sdk';
import type { Authorization } from './authorization.js';
import { authorizationOf } from './choose-authorization.js';
import type { HttpAnswer } from './exchange.js';
import { HttpOrigin, type Bounds, type OriginRequest } from './http-origin.js';
import type { OsbSettings } from './settings.js';

/** A request to the broker; its path is below the base URL: `/v2/catalog`. */
export type HttpRequest = OriginRequest;

/** Longer than a call has: its deadline ends it first. */
const TIMEOUT_MS = 55_000;

/** HTTP to one broker, with the gateway's own credentials. */
export class BrokerClient {
  /** Host and port, for operators. */
  readonly host: string;
  private readonly broker: HttpOrigin;
  private readonly authorization: Authorization;
  private readonly prefix: string;

  constructor(settings: OsbSettings, addresses: AddressGuard) {
    const url = new URL(settings.url);
    this.host = url.host;
    this.prefix = url.pathname.replace(/\/+$/, '');
    this.broker = new HttpOrigin(url.origin, addresses, { ...settings, timeoutMs: settings.timeoutMs ?? TIMEOUT_MS });
    this.authorization = authorizationOf(settings, addresses);
  }

  /**
   * Sends the request and reads the whole answer. It is sent a second time only when the broker answered 401 to an access
   * token: it took nothing then, and the token may have been revoked.
   *
   * @throws NotSentError when surely not a byte of it left this process
   * @throws OutcomeUnknownError when it was sent and no complete answer came
   */
  async send(request: HttpRequest, bounds: Bounds): Promise<HttpAnswer> {
    const header = await this.authorization.header(bounds);
    const answer = await this.sendAs(header, request, bounds);
    if (answer.status !== 401 || header === undefined || !this.authorization.refused(header)) return answer;
    return this.sendAs(await this.authorization.header(bounds), request, bounds);
  }

  /** The text without the access token, which a broker may quote. */
  hideToken(text: string): string {
    return this.authorization.hide(text);
  }

  /** Lets running exchanges end and gives up the connections. */
  async close(): Promise<void> {
    await Promise.all([this.broker.close(), this.authorization.close()]);
  }

  private sendAs(authorization: string | undefined, request: HttpRequest, bounds: Bounds): Promise<HttpAnswer> {
    const headers = { ...request.headers, ...(authorization === undefined ? {} : { Authorization: authorization }) };
    return this.broker.send({ ...request, path: this.prefix + request.path, headers }, bounds);
  }
}
