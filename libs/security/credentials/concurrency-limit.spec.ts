import { ConcurrencyLimit, TooManyWaitingError } from './concurrency-limit.js';

/** Until everything that can go on has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Work that ends when it is told to. */
function job(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const run = () => {
    log.push(name);
    return promise;
  };
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

describe('a concurrency limit', () => {
  test('runs so many side by side and the others in the order they came', async () => {
    const begun: string[] = [];
    const limit = new ConcurrencyLimit(2);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => job(begun, name)) as [Job, Job, Job, Job];
    const running = [a, b, c, d].map(({ run }) => limit.run(run));
    await settled();
    expect(begun).toEqual(['a', 'b']);
    b.end();
    await settled();
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const { end } of [a, c, d]) end();
    await expect(Promise.all(running)).resolves.toEqual(['a', 'b', 'c', 'd']);
  });

  test('work that fails makes room as well', async () => {
    const limit = new ConcurrencyLimit(1);
    await expect(limit.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(limit.run(() => Promise.resolve('next'))).resolves.toBe('next');
  });

  test('turns away whoever would wait behind too many, without beginning the work', async () => {
    const begun: string[] = [];
    const limit = new ConcurrencyLimit(1, 1);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => job(begun, name)) as [Job, Job, Job];
    const running = [limit.run(a.run), limit.run(b.run)];
    await expect(limit.run(c.run)).rejects.toThrow(TooManyWaitingError);
    a.end();
    b.end();
    await Promise.all(running);
    expect(begun).toEqual(['a', 'b']);
  });
});

type Job = ReturnType<typeof job>;
