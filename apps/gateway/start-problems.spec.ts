import { databaseProblem, listenProblem } from './start-problems.js';

const failure = (code: string): Error => Object.assign(new Error(`listen ${code}`), { code });
const place = { port: 80, host: 'gateway.internal' };

test.each([
  ['EADDRINUSE', 'PORT 80 is in use on gateway.internal. Set PORT to a free port, or to 0 for any.'],
  ['EACCES', 'PORT 80 is not open to this account. Set PORT to one above 1023.'],
  ['EADDRNOTAVAIL', 'HOST "gateway.internal" is not an address of this machine. Set HOST to one that is.'],
  ['ENOTFOUND', 'HOST "gateway.internal" is not an address of this machine. Set HOST to one that is.'],
])('a gateway that cannot listen (%s) names what to change', (code, line) => {
  expect(listenProblem(failure(code), place)).toMatchObject({ name: 'ConfigurationError', message: line });
});

test('what has nothing to do with the address stays as it is', () => {
  const error = failure('EMFILE');
  expect(listenProblem(error, place)).toBe(error);
});

test('a database that answers on none of its addresses is told by its code', () => {
  const error = Object.assign(new AggregateError([failure('ECONNREFUSED')], ''), { code: 'ECONNREFUSED' });
  expect(databaseProblem(error).message).toMatch(/^DATABASE_URL names a database that cannot be used \(ECONNREFUSED\)\./);
});
