import { cellNamed } from './cells.js';
import { playRound } from './round.js';
import { Stage } from './stage.js';

/** More cells of the matrix than crash-slice.spec.ts has. */
const SLICE = {
  1: [
    'kill/backend-before-acting/provision/sync/1',
    'kill/backend-after-acting/bind/sync/1',
    'kill/before-poll/poll-of-update/async/1',
  ],
  2: [
    'kill/before-backend-call/unbind/sync/2',
    'kill/before-result-commit/mitigation-of-bind/async/2',
    'stop/before-backend-call/provision/sync/2',
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
