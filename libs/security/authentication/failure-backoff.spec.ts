import { FailureBackoff } from './failure-backoff.js';

describe('guessing passwords', () => {
  let nowMs = 0;
  const at = (ms: number): number => (nowMs = ms);
  const guess = (backoff: FailureBackoff, count: number, from = 0): void => {
    for (let index = from; index < from + count; index += 1) backoff.failed('cf', '10.0.0.1', `password ${index}`);
  };
  const fresh = (): FailureBackoff => {
    at(1000);
    return new FailureBackoff(() => nowMs);
  };

  test('a few wrong passwords cost nothing', () => {
    const backoff = fresh();
    guess(backoff, 4);
    expect(backoff.waitMs('cf', '10.0.0.1')).toBe(0);
  });

  test('each further one doubles the wait, up to a minute', () => {
    const backoff = fresh();
    guess(backoff, 5);
    expect(backoff.waitMs('cf', '10.0.0.1')).toBe(1000);
    guess(backoff, 2, 5);
    expect(backoff.waitMs('cf', '10.0.0.1')).toBe(4000);
    guess(backoff, 10_000, 7);
    expect(backoff.waitMs('cf', '10.0.0.1')).toBe(60_000);
  });

  test('the wait ends by itself', () => {
    const backoff = fresh();
    guess(backoff, 5);
    at(1999);
    expect(backoff.waitMs('cf', '10.0.0.1')).toBe(1);
    at(2000);
    expect(backoff.waitMs('cf', '10.0.0.1')).toBe(0);
  });

  test('a platform that repeats its old password is not guessing', () => {
    const backoff = fresh();
    for (let time = 0; time < 100; time += 1) backoff.failed('cf', '10.0.0.1', 'the old one');
    expect(backoff.waitMs('cf', '10.0.0.1')).toBe(0);
  });

  test('other usernames and other addresses are not held up', () => {
    const backoff = fresh();
    guess(backoff, 20);
    expect([backoff.waitMs('k8s', '10.0.0.1'), backoff.waitMs('cf', '10.0.0.2')]).toEqual([0, 0]);
  });

  test.each([
    ['the right password', (backoff: FailureBackoff) => backoff.succeeded('cf', '10.0.0.1')],
    ['new credentials', (backoff: FailureBackoff) => backoff.forget('cf')],
    ['a quarter of an hour without one', () => at(1000 + 15 * 60_000)],
  ])('%s ends it', (_what, end) => {
    const backoff = fresh();
    guess(backoff, 20);
    end(backoff);
    guess(backoff, 1);
    expect(backoff.waitMs('cf', '10.0.0.1')).toBe(0);
  });
});
