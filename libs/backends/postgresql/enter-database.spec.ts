import { DatabaseError } from 'pg';
import { enter } from './enter-database.js';

/** What PostgreSQL says when a database has no connection left. */
function full(): DatabaseError {
  return Object.assign(new DatabaseError('too many connections for database "d"', 0, 'error'), { code: '53300', severity: 'FATAL' });
}

test('a database that stays full is tried again after pauses that grow to half a second', async () => {
  const pauses: number[] = [];
  const visits: (() => Promise<string>)[] = Array.from({ length: 9 }, () => () => Promise.reject(full()));
  const visit = (): Promise<string> => (visits.shift() ?? (() => Promise.resolve('inside')))();
  const admin = { rows: async () => [], change: async () => undefined };

  await expect(enter(admin, 'd', visit, async (waitMs) => void pauses.push(waitMs))).resolves.toBe('inside');
  expect(pauses).toEqual([20, 40, 80, 160, 320, 500, 500, 500]);
});

test('a verb whose time is over gives up entering', async () => {
  const over = new Error('the deadline has passed');
  const admin = { rows: async () => [], change: async () => undefined };
  await expect(enter(admin, 'd', () => Promise.reject(full()), () => Promise.reject(over))).rejects.toBe(over);
});
