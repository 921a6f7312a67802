import { DatabaseUnavailable } from '#core';
import { BrokerError } from '#sdk';

/** Out of connections, memory or disk; a lock or a statement that took too long. */
const BUSY = /^(53...|55P03|57014)$/;
const AWAY = /^(08...|25006|25P0[34]|57P0[1235]|ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|E(HOST|NET)UNREACH)$/;
const AWAY_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|(connection error and|closed and) is not queryable|query runner (was )?already released/i;

/**
 * A database that is away, has become a replica or has run out of something is a condition callers can be told about;
 * anything else is a fault.
 */
export function orUnavailable(error: unknown): unknown {
  if (error instanceof BrokerError) return error;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const isAway = AWAY.test(code) || AWAY_MESSAGE.test(message);
  return isAway || BUSY.test(code) ? new DatabaseUnavailable(isAway, error) : error;
}

/** Whether the database was lost, so that what was asked of it may have been done or not. */
export function isLost(error: unknown): boolean {
  return orUnavailable(error) instanceof DatabaseUnavailable;
}
