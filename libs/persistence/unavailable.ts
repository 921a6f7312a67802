import { BrokerError } from '#sdk';

const LOST = /^(08...|25006|25P0[34]|55P03|57014|57P0[1235]|53...|ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|E(HOST|NET)UNREACH)$/;
const LOST_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|(connection error and|closed and) is not queryable|query runner (was )?already released/i;

/**
 * A database that is away, has become a replica or has run out of something is a condition callers can be told about;
 * anything else is a fault.
 */
export function orUnavailable(error: unknown): unknown {
  if (error instanceof BrokerError || !isLost(error)) return error;
  const text = 'the gateway cannot reach its database right now; try again later';
  const unavailable = new BrokerError('Unavailable', text, { retryAfterSeconds: 10 });
  // For the log alone: it names the server.
  unavailable.cause = error;
  return unavailable;
}

/** Whether the database was lost, so that what was asked of it may have been done or not. */
export function isLost(error: unknown): boolean {
  if (error instanceof BrokerError) return error.code === 'Unavailable';
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return LOST.test(code) || LOST_MESSAGE.test(message);
}
