import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { DatabaseUnavailable } from '#core';
import { BrokerError } from '#sdk';
import { orUnavailable } from './unavailable.js';

const withCode = (code: string): Error => Object.assign(new Error('the server said so'), { code });

test.each([
  ['refuses connections', withCode('ECONNREFUSED')],
  ['closes a connection', new Error('Connection terminated unexpectedly')],
  ['shuts down', withCode('57P01')],
  ['starts', withCode('57P03')],
  ['has become a replica', withCode('25006')],
  ['was lost in the middle of a transaction', new QueryRunnerAlreadyReleasedError()],
  ['was lost in the middle of a transaction of entities', new QueryRunnerProviderAlreadyReleasedError()],
])('a database that %s is told as 503 with a time to come back, and the log can tell why', (_what, error) => {
  const told = orUnavailable(error);
  expect(told).toBeInstanceOf(DatabaseUnavailable);
  expect(told).toMatchObject({ isAway: true, code: 'Unavailable', details: { retryAfterSeconds: 10 }, cause: error });
  expect((told as BrokerError).description).not.toContain(error.message);
});

test.each([
  ['has given up a statement that took too long', withCode('57014')],
  ['has given up waiting for a lock', withCode('55P03')],
  ['has no connection left', withCode('53300')],
  ['has no disk space left', withCode('53100')],
  ['has no memory left', withCode('53200')],
])('a database that %s is told as 503, and is not taken for one that is away', (_what, error) => {
  expect(orUnavailable(error)).toMatchObject({ isAway: false, code: 'Unavailable', cause: error });
});

test('anything else stays what it is', () => {
  for (const error of [withCode('23505'), withCode('42P01'), new Error('a fault'), new BrokerError('Conflict', 'taken')]) {
    expect(orUnavailable(error)).toBe(error);
  }
});
