import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BrokerError } from '#sdk';

export interface GateOptions {
  /** Both or neither: without them everybody is let in. */
  readonly username?: string;
  readonly password?: string;
  /** The newest `major.minor` this broker speaks; without it every 2.11 and later. */
  readonly apiVersion?: string;
}

const OLDEST_MINOR = 11;

/** @throws BrokerError Unauthorized */
export function checkCredentials({ authorization = '' }: IncomingHttpHeaders, options: GateOptions): void {
  const { username, password } = options;
  if (username === undefined && password === undefined) return;
  const expected = `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')}`;
  if (timingSafeEqual(digest(authorization), digest(expected))) return;
  throw new BrokerError('Unauthorized', 'The user name or password is wrong.');
}

/** @throws BrokerError BadRequest when the version is missing, PreconditionFailed when it is not spoken here */
export function checkVersion(headers: IncomingHttpHeaders, { apiVersion }: GateOptions): void {
  const [major, minor] = parseVersion(headers['x-broker-api-version']) ?? [];
  if (major === undefined || minor === undefined) {
    throw new BrokerError('BadRequest', 'The header X-Broker-API-Version is required, as in 2.17.');
  }
  const [, newest = Infinity] = parseVersion(apiVersion) ?? [];
  if (major === 2 && minor >= OLDEST_MINOR && minor <= newest) return;
  const spoken = apiVersion === undefined ? `2.${OLDEST_MINOR} or newer` : `2.${OLDEST_MINOR} to ${apiVersion}`;
  throw new BrokerError('PreconditionFailed', `This broker speaks version ${spoken}.`);
}

/** `2.17` as numbers. */
export function parseVersion(text: string | string[] | undefined): [major: number, minor: number] | undefined {
  const [, major, minor] = /^(\d{1,4})\.(\d{1,4})$/.exec(String(text ?? '')) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
