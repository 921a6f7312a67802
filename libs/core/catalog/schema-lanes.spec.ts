import { SchemaLanes } from './schema-lanes.js';

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function work() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { end: resolve, run: () => promise };
}

test('one piece of a lane is done at a time, and lanes do not wait for one another', async () => {
  const lanes = new SchemaLanes(10);
  const [first, second] = [work(), work()];
  const begun: string[] = [];
  const all = [
    lanes.run({ lane: 'a', asker: 'x' }, never, () => (begun.push('a1'), first.run())),
    lanes.run({ lane: 'a', asker: 'x' }, never, () => (begun.push('a2'), second.run())),
    lanes.run({ lane: 'b', asker: 'x' }, never, async () => void begun.push('b1')),
  ];
  await all[2];
  expect(begun).toEqual(['a1', 'b1']);
  first.end();
  await all[0];
  second.end();
  await all[1];
  expect(begun).toEqual(['a1', 'b1', 'a2']);
});

test('those who ask take turns, however much one of them asks for', async () => {
  const lanes = new SchemaLanes(10);
  const done: string[] = [];
  const ask = (asker: string) => lanes.run({ lane: 'a', asker }, never, async () => void done.push(asker));
  await Promise.all(['greedy', 'greedy', 'greedy', 'greedy', 'modest', 'other'].map(ask));
  expect(done).toEqual(['greedy', 'greedy', 'modest', 'other', 'greedy', 'greedy']);
});

test('work that fails lets the next begin', async () => {
  const lanes = new SchemaLanes(10);
  const failing = lanes.run({ lane: 'a', asker: 'x' }, never, () => Promise.reject(new Error('broken')));
  const next = lanes.run({ lane: 'a', asker: 'x' }, never, async () => 'done');
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('done');
});

test('who waits for too long leaves the lane, and the place is free for another', async () => {
  const lanes = new SchemaLanes(1);
  const [long, timeIsUp] = [work(), new AbortController()];
  const running = lanes.run({ lane: 'a', asker: 'x' }, never, long.run);
  const waiting = lanes.run({ lane: 'a', asker: 'y' }, timeIsUp.signal, async () => 'late');
  await expect(lanes.run({ lane: 'a', asker: 'z' }, never, async () => 'more')).rejects.toThrow('too much waits');
  timeIsUp.abort();
  await expect(waiting).rejects.toThrow('aborted');
  const next = lanes.run({ lane: 'a', asker: 'z' }, never, async () => 'served');
  long.end();
  await running;
  expect(await next).toBe('served');
});
