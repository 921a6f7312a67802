import { GroupedWrites } from './grouped-writes.js';

/** Writes that end when they are let. */
function held() {
  const groups: string[][] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const writes = new GroupedWrites(async (items: readonly string[]) => {
    groups.push([...items]);
    const end = Promise.withResolvers<void>();
    ends.push(end);
    await end.promise;
    return items.map((item) => item.toUpperCase());
  });
  /** Until this many writes have begun. */
  const asked = async (count: number): Promise<void> => {
    while (groups.length < count) await Promise.resolve();
  };
  return { writes, groups, ends, asked };
}

test('what comes while a write is under way is written together, and each gets its own result', async () => {
  const { writes, groups, ends, asked } = held();
  const [first, ...others] = ['a', 'b', 'c'].map((item) => writes.add(item));
  expect(groups).toEqual([['a']]);
  ends[0]?.resolve();
  expect(await first).toBe('A');
  await asked(2);
  expect(groups).toEqual([['a'], ['b', 'c']]);
  ends[1]?.resolve();
  expect(await Promise.all(others)).toEqual(['B', 'C']);
});

test('a write that fails fails all that was in it, and nothing of what comes after it', async () => {
  const { writes, ends, asked } = held();
  const first = writes.add('a');
  const second = writes.add('b');
  ends[0]?.reject(new Error('the connection was lost'));
  await expect(first).rejects.toThrow('the connection was lost');
  await asked(2);
  ends[1]?.resolve();
  expect(await second).toBe('B');
});
