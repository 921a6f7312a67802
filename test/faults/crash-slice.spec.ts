import { cellNamed, cells } from './cells.js';
import { playRound } from './round.js';
import { Stage } from './stage.js';

/** A few cells of the matrix, so that every run of the tests kills some gateways; `npm run faults` plays them all. */
const SLICE = {
  1: [
    'kill/after-intent/provision/sync/1',
    'kill/before-result-commit/deprovision/async/1',
    'kill/before-clean-up/mitigation-of-provision/sync/1',
    'kill/mid-answer/bind/sync/1',
  ],
  2: [
    'kill/after-backend-answer/provision/async/2',
    'kill/after-intent/poll-of-bind/async/2',
    'kill/backend-mid-answer/update/sync/2',
    'stop/before-result-commit/update/sync/2',
  ],
} as const;

describe.each([1, 2] as const)('with %i replicas', (replicas) => {
  let stage: Stage;
  beforeAll(async () => (stage = await Stage.start(replicas)));
  afterAll(() => stage.close());

  test.each(SLICE[replicas])('%s leaves nothing lost and nothing orphaned', async (name) => {
    expect((await playRound(stage, cellNamed(name), 1)).violations).toEqual([]);
  });
});

test('the matrix names every cell once, and each can be asked for by its name', () => {
  const names = cells().map(({ name }) => name);
  expect(names.length).toBeGreaterThan(300);
  expect(new Set(names).size).toBe(names.length);
});
