import { DatabaseError } from 'pg';
import { BrokerError } from '#sdk';
import { explain, isContention, TurnOver } from './sql-errors.js';

function answer(code: string, severity = 'ERROR'): DatabaseError {
  const error = new DatabaseError('text of the server with pw', 10, 'error');
  return Object.assign(error, { code, severity });
}

describe('what an error of Postgres means to the gateway', () => {
  test.each([
    ['out of connections', '53300', false, 'Unavailable'],
    ['a lock not given in time', '55P03', false, 'Unavailable'],
    ['a statement stopped at the deadline', '57014', false, 'Unavailable'],
    ['a database in use', '55006', false, 'Unavailable'],
    ['a deadlock', '40P01', false, 'Unavailable'],
    ['a statement stopped at the deadline, half-way', '57014', true, 'Timeout'],
    ['out of connections, half-way', '53300', true, 'Timeout'],
    ['a full lock table, half-way', '53200', true, 'Timeout'],
    ['a full disk', '53100', false, 'BackendFailed'],
    ['a missing right', '42501', false, 'BackendFailed'],
  ])('%s (%s, changed: %s) is %s', (_what, sqlstate, mayHaveChanged, code) => {
    const error = explain(answer(sqlstate), mayHaveChanged);
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(`SQLSTATE ${sqlstate}`);
    expect(error.message).not.toContain('pw');
  });

  test.each([
    ['a broken connection', new Error('Connection terminated unexpectedly')],
    ['a server that is shut down', answer('57P01', 'FATAL')],
  ])('%s is Unavailable while nothing was changed, and an unknown outcome after that', (_what, error) => {
    expect(explain(error, false)).toMatchObject({ code: 'Unavailable' });
    expect(explain(error, true)).not.toBeInstanceOf(BrokerError);
  });

  test('an address that was refused is named by its code only', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
    const { message } = explain(refused, false);
    expect(message).toContain('(ECONNREFUSED)');
    expect(message).not.toContain('10.0.0.1');
  });

  test('a full lock table is waited for, as a lock is', () => {
    expect(isContention(answer('53200'))).toBe(true);
    expect(isContention(answer('53100'))).toBe(false);
  });

  test('what a verb says itself stays as it is', () => {
    const gone = new BrokerError('Gone', 'gone');
    expect(explain(gone, true)).toBe(gone);
  });
});

test('a step whose turn is over goes on by itself, and says at the deadline that a repetition does', () => {
  expect(isContention(new TurnOver())).toBe(true);
  expect(explain(new TurnOver(), true)).toMatchObject({ code: 'Timeout', description: expect.stringContaining('repeat the delete') });
});
