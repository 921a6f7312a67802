import { DatabaseError } from 'pg';
import { BrokerError, UnknownOutcome } from '#sdk';

/** True when the server itself answered "no": the statement was undone. False when the connection broke or ended. */
export function isRefusal(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.severity === 'ERROR';
}

/** True when the server has nothing for this role to enter. A wrong password is no such thing: it may be new. */
export function isClosedTo(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'FATAL' && /^(28000|3D000|42501)$/.test(error.code ?? '');
}

/** Nothing failed, but the time of one turn is over: the step goes on when others have had theirs. */
export class TurnOver extends BrokerError {
  constructor() {
    super('Timeout', 'a login has more than could be removed in the time there was; repeat the delete to go on');
  }
}

/**
 * True when a step lost against somebody else at the same time (lock timeout, deadlock, object in use, catalog row just
 * changed or gone, a lock table that the guard is about to empty) and was undone, or its turn is over: it can be tried again.
 */
export function isContention(error: unknown): boolean {
  if (error instanceof TurnOver) return true;
  if (!isRefusal(error)) return false;
  // These messages are never translated; the code stands for any internal error.
  if (error.code === 'XX000') return /^(tuple concurrently|cache lookup failed)/.test(error.message);
  return ['55P03', '40P01', '40001', '55006', '53200'].includes(error.code ?? '');
}

/** True when there is no connection left, in the database or on the server. */
export function isFull(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'FATAL' && error.code === '53300';
}

/**
 * What a failed verb means to the gateway. `mayHaveChanged` tells whether anything before the failure, or the failed
 * statement itself, may have had an effect: a lost connection is `Unavailable` without one and an unknown outcome with
 * one. No text holds a statement, an address or a name.
 */
export function explain(error: unknown, mayHaveChanged: boolean): Error {
  if (error instanceof BrokerError) return error;
  if (isRefusal(error)) return explainRefusal(error.code ?? 'XX000', mayHaveChanged);
  if (mayHaveChanged) return new UnknownOutcome('the connection to the PostgreSQL server was lost on the way', { cause: error });
  return new BrokerError('Unavailable', `${noAnswer(error)}; nothing was changed, try again later`);
}

function explainRefusal(sqlstate: string, mayHaveChanged: boolean): BrokerError {
  if (sqlstate === '53100') {
    return new BrokerError('BackendFailed', 'the PostgreSQL server has no disk space left (SQLSTATE 53100)');
  }
  if (passesByItself(sqlstate) && !mayHaveChanged) {
    return new BrokerError(
      'Unavailable',
      `the PostgreSQL server is too busy (SQLSTATE ${sqlstate}); nothing was changed, try again later`,
    );
  }
  if (passesByItself(sqlstate)) {
    return new BrokerError('Timeout', `the PostgreSQL server did not finish in time (SQLSTATE ${sqlstate}); repeat the call`);
  }
  return new BrokerError(
    'BackendFailed',
    `the PostgreSQL server refused a step (SQLSTATE ${sqlstate}); the reason is in the gateway's log`,
  );
}

/** Out of connections or memory, lock or statement timeout, object in use, serialisation failure or deadlock. */
function passesByItself(sqlstate: string): boolean {
  return /^(53|40)/.test(sqlstate) || ['55P03', '55006', '57014'].includes(sqlstate);
}

function noAnswer(error: unknown): string {
  if (error instanceof DatabaseError) return `the PostgreSQL server closed the connection (SQLSTATE ${error.code})`;
  const code = errorCode(error);
  return code === undefined ? 'the PostgreSQL server did not answer' : `the PostgreSQL server did not answer (${code})`;
}

function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
