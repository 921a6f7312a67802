import {
  clientCredentialsGrantRequest,
  ClientSecretBasic,
  customFetch,
  processClientCredentialsResponse,
  ResponseBodyError,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import type { AddressGuard } from '#sdk';
import type { OAuth2Settings } from './authentication-settings.js';
import type { Authorization } from './authorization.js';
import { NotSentError } from './exchange.js';
import { HttpOrigin, type Bounds } from './http-origin.js';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;
/** A token is not used for this long before it expires: a request takes its time, and clocks differ. */
const EXPIRY_MARGIN_MS = 30_000;
/** How long a token counts whose endpoint does not say. */
const UNKNOWN_LIFETIME_MS = 300_000;
/** A broker may quote the token before the present one, which it has just refused. */
const HIDDEN_TOKENS = 2;
const MASK = '********';

interface Token {
  readonly header: string;
  readonly expiresAtMs: number;
}

/** OAuth 2.0 client credentials (RFC 6749, 4.4): one token for all requests, asked for when it is needed. */
export class OAuth2Authorization implements Authorization {
  private readonly endpoint: HttpOrigin;
  private token: Token | undefined;
  private pending: Promise<Token> | undefined;
  private hidden: readonly string[] = [];

  constructor(
    private readonly settings: OAuth2Settings,
    addresses: AddressGuard,
    connectTimeoutMs: number,
  ) {
    this.endpoint = new HttpOrigin(new URL(settings.tokenUrl).origin, addresses, {
      timeoutMs: TIMEOUT_MS,
      connectTimeoutMs,
      maxConnections: 1,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      caCertificate: settings.caCertificate,
    });
  }

  async header({ signal }: Bounds): Promise<string> {
    if (this.token && Date.now() < this.token.expiresAtMs) return this.token.header;
    this.pending ??= this.ask().finally(() => (this.pending = undefined));
    return (await unlessAborted(this.pending, signal)).header;
  }

  refused(header: string): boolean {
    if (this.token?.header === header) this.token = undefined;
    return true;
  }

  hide(text: string): string {
    return this.hidden.reduce((shown, token) => shown.replaceAll(token, MASK), text);
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }

  private async ask(): Promise<Token> {
    try {
      const { access_token, expires_in } = await this.grant();
      if (!/^[\x21-\x7e]+$/.test(access_token)) throw new NotSentError('no header can carry it');
      this.hidden = [access_token, ...this.hidden].slice(0, HIDDEN_TOKENS);
      const lifetimeMs = expires_in === undefined ? UNKNOWN_LIFETIME_MS : expires_in * 1_000 - EXPIRY_MARGIN_MS;
      this.token = { header: `Bearer ${access_token}`, expiresAtMs: Date.now() + lifetimeMs };
      return this.token;
    } catch (error) {
      throw new NotSentError(`the token endpoint gave no access token: ${reasonOf(error)}`, { cause: error });
    }
  }

  private async grant(): Promise<TokenEndpointResponse> {
    const { tokenUrl, clientId, clientSecret, scope } = this.settings;
    const server = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
    const client = { client_id: clientId };
    const parameters: Record<string, string> = scope === undefined ? {} : { scope };
    const response = await clientCredentialsGrantRequest(server, client, ClientSecretBasic(clientSecret), parameters, {
      [customFetch]: (url, { headers, body }) => this.post(url, headers, String(body)),
    });
    return processClientCredentialsResponse(server, client, response);
  }

  private async post(url: string, headers: Record<string, string>, body: string): Promise<Response> {
    const { pathname, search } = new URL(url);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await this.endpoint.send({ method: 'POST', path: pathname + search, headers, body }, { signal });
    const type = answer.headers['content-type'];
    return new Response(answer.body ?? '', { status: answer.status, headers: typeof type === 'string' ? { 'content-type': type } : {} });
  }
}

/** The error code of the endpoint or of the exchange; never a text that could hold the token. */
function reasonOf(error: unknown): string {
  if (error instanceof ResponseBodyError) return `HTTP ${error.status}, ${error.error.slice(0, 100)}`;
  if (error instanceof NotSentError) return error.message;
  return 'its answer is not one of RFC 6749, or none came';
}

function unlessAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(new NotSentError('no access token was there in time'));
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  return Promise.race([pending, promise]).finally(() => signal.removeEventListener('abort', giveUp));
}
