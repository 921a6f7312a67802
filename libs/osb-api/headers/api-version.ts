import { BrokerError } from '#sdk';

/** Header `X-Broker-API-Version`, compared as two integers. */
export interface ApiVersion {
  readonly major: number;
  readonly minor: number;
}

const OLDEST_MINOR = 11;

/**
 * OSB 2.17, API Version Header. A newer minor is served as ours: minor revisions are additive.
 *
 * @throws BrokerError BadRequest when it is missing or no version, PreconditionFailed when it is not served
 */
export function readApiVersion(header: string | string[] | undefined): ApiVersion {
  if (header === undefined || header === '' || Array.isArray(header)) throw missing();
  const match = /^(\d{1,4})\.(\d{1,4})$/.exec(header.trim());
  if (!match) throw new BrokerError('BadRequest', 'X-Broker-API-Version must be one version such as 2.17');
  const version = { major: Number(match[1]), minor: Number(match[2]) };
  if (version.major === 2 && version.minor >= OLDEST_MINOR) return version;
  throw new BrokerError('PreconditionFailed', 'this broker serves X-Broker-API-Version 2.11 to 2.17; send one of these');
}

const missing = (): BrokerError =>
  new BrokerError('BadRequest', 'the header X-Broker-API-Version is required, for example 2.17');
