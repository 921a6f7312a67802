import { retryAfterMs } from './retry-after.js';

const now = Date.UTC(2030, 0, 1, 12, 0, 0);

describe('a Retry-After header', () => {
  test.each([
    ['120', 120_000],
    [' 5 ', 5_000],
    ['0', 0],
    ['99999999', 99_999_999_000],
    ['Tue, 01 Jan 2030 12:00:30 GMT', 30_000],
    ['Tuesday, 01-Jan-30 12:01:00 GMT', 60_000],
    ['Tue, 01 Jan 2030 11:00:00 GMT', 0],
  ])('"%s" means %s ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });

  test.each(['', '-1', '1.5', '1e3', 'soon', '5 minutes', '99999999999', '2030-01-01T12:00:30Z', undefined])(
    '"%s" means nothing',
    (header) => {
      expect(retryAfterMs(header, now)).toBeUndefined();
    },
  );
});
