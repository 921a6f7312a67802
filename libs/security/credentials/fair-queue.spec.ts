import { TooManyWaitingError } from './concurrency-limit.js';
import { FairQueue, type Share } from './fair-queue.js';

const share = (address: string, username: string): Share => ({ address, username });

/** A queue of one place, with work that ends one by one; gives what began in its order. */
function queueOfOne(maxWaiting = 100) {
  const queue = new FairQueue(1, maxWaiting);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const outcomes = new Map<string, Promise<'done' | 'turned away'>>();
  const add = (name: string, whose: Share): void => {
    const run = queue.run(whose, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
    });
    const turnedAway = (error: unknown): 'turned away' => {
      expect(error).toBeInstanceOf(TooManyWaitingError);
      return 'turned away';
    };
    outcomes.set(name, run.then(() => 'done' as const, turnedAway));
  };
  const endAll = async (): Promise<void> => {
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    for (await settled(); ends.length > 0; await settled()) ends.shift()?.();
  };
  return { add, begun, endAll, outcomes };
}

test.each([
  ['from one address, with ever other usernames', (index: number) => share('flood', `name-${index}`), share('own', 'platform')],
  ['on one username, from ever other addresses', (index: number) => share(`address-${index}`, 'admin'), share('own', 'platform')],
  ['from the same address, on another username', () => share('proxy', 'admin'), share('proxy', 'platform')],
])('a flood %s lets one that comes after it begin among the first', async (_what, flood, own) => {
  const { add, begun, endAll } = queueOfOne();
  for (let index = 0; index < 50; index += 1) add(`flood-${index}`, flood(index));
  add('own', own);
  await endAll();
  expect(begun).toHaveLength(51);
  expect(begun.indexOf('own')).toBeLessThan(5);
});

test('a full queue turns away the newest of the flood for one who has nothing waiting', async () => {
  const { add, begun, endAll, outcomes } = queueOfOne(10);
  for (let index = 0; index < 11; index += 1) add(`flood-${index}`, share('flood', 'admin'));
  add('one more', share('flood', 'admin'));
  add('own', share('own', 'platform'));
  await endAll();
  expect(await outcomes.get('one more')).toBe('turned away');
  expect(await outcomes.get('flood-10')).toBe('turned away');
  expect(await outcomes.get('own')).toBe('done');
  expect(begun).toHaveLength(11);
});

test('work that fails makes room as well', async () => {
  const queue = new FairQueue(1, 1);
  await expect(queue.run(share('a', 'b'), () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(queue.run(share('a', 'b'), () => Promise.resolve('next'))).resolves.toBe('next');
});
