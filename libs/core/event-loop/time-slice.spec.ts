import { TimeSlice } from './time-slice.js';

/** Works for as long as one slice lasts. */
async function untilOver(slice: TimeSlice): Promise<void> {
  while (!slice.isOver) JSON.stringify(slice);
  await slice.next();
}

test('work in slices lets what waits for the event loop run between two of them', async () => {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const slice = new TimeSlice();
  for (let round = 0; round < 5; round += 1) await untilOver(slice);
  clearImmediate(next);
  expect(turns).toBeGreaterThanOrEqual(5);
});

test('several pieces of work share the turns: no two slices run in one', async () => {
  let turns = 0;
  const seen: number[] = [];
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const work = async (): Promise<void> => {
    const slice = new TimeSlice();
    for (let round = 0; round < 3; round += 1) {
      await untilOver(slice);
      seen.push(turns);
    }
  };
  await Promise.all([work(), work(), work()]);
  clearImmediate(next);
  expect(new Set(seen).size).toBe(9);
});
