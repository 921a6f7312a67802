import type { BrokerError } from '#sdk';

/** The newest client that tells these errors from others by their description, letter by letter: service-catalog's. */
const NEWEST_MINOR = 14;

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  AsyncRequired: 'This service plan requires client support for asynchronous service operations.',
  ConcurrencyError: 'The Service Broker does not support concurrent requests that mutate the same resource.',
  RequiresApp: 'This service supports generation of credentials through binding an application only.',
};

/** What an error says to a client of this version (OSB 2.13, Service Broker Errors). */
export function descriptionFor({ status, word, description }: BrokerError, version: unknown): string {
  const minor = typeof version === 'string' ? /^2\.(\d{1,2})$/.exec(version.trim())?.[1] : undefined;
  const isOld = minor !== undefined && Number(minor) <= NEWEST_MINOR;
  return (status === 422 && isOld ? DESCRIPTIONS[word] : undefined) ?? description;
}
