import { BrokerError } from './broker-error.js';
import { HostRefusedError } from './guarded-lookup.js';

/** What an HTTP client is given when no connection stands in time. */
const NO_CONNECTION = new Set(['UND_ERR_CONNECT_TIMEOUT']);
const BEFORE_SENDING = new Set(['connect', 'getaddrinfo']);
/** Causes that are looked at, one behind the other. */
const MOST_CAUSES = 4;

/**
 * For what a client library threw at the first request of a call: where no connection stood, nothing was asked, and the
 * platform may be told so at once. To be thrown: `throw unavailableIfUnreachable(error)`. Do not use it once the call has
 * changed something.
 *
 * @returns a BrokerError `Unavailable` with the error for its cause; any other error as it is
 */
export function unavailableIfUnreachable(error: unknown): unknown {
  if (!isUnreachable(error, MOST_CAUSES)) return error;
  return new BrokerError('Unavailable', 'the service behind this backend cannot be reached; nothing was changed, try again later', {}, { cause: error });
}

function isUnreachable(error: unknown, causesLeft: number): boolean {
  if (!Error.isError(error) || error instanceof BrokerError || causesLeft === 0) return false;
  if (error instanceof HostRefusedError) return true;
  const { code, syscall, errors } = error as { code?: unknown; syscall?: unknown; errors?: unknown };
  // One for each address of a host.
  if (Array.isArray(errors) && errors.length > 0) return errors.every((each) => isUnreachable(each, causesLeft - 1));
  if (NO_CONNECTION.has(String(code)) || BEFORE_SENDING.has(String(syscall))) return true;
  return isUnreachable(error.cause, causesLeft - 1);
}
