import { CrashStage } from './postgresql-crash-stage.js';
import { DELETIONS, REPETITIONS } from './postgresql-crash-stories.js';

/** Every verb needs more. */
const FEWEST_STATEMENTS = 5;

let stage: CrashStage;
beforeAll(async () => (stage = await CrashStage.start(1)));
afterAll(() => stage.stop());

describe.each(['before', 'after'] as const)('a gateway that dies %s any statement', (cut) => {
  test.each(REPETITIONS)('leaves %s', async (_leaves, run) => {
    expect(await run(stage, cut)).toBeGreaterThan(FEWEST_STATEMENTS);
  });
});

describe('a gateway that dies after any statement', () => {
  test.each(DELETIONS)('leaves %s', async (_leaves, run) => {
    expect(await run(stage, 'after')).toBeGreaterThan(FEWEST_STATEMENTS);
  });
});
