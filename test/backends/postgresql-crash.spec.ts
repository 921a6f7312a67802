import { CrashStage } from './postgresql-crash-stage.js';
import { DELETIONS, REPETITIONS } from './postgresql-crash-stories.js';
import { asAdministrator, Instance, traces } from './postgresql-fixture.js';

/** Every verb needs more. */
const FEWEST_STATEMENTS = 5;

let stage: CrashStage;
beforeAll(async () => (stage = await CrashStage.start(3)));
afterAll(() => stage.stop());

/** Every statement, and both ways to die: postgresql-crash.slow.spec.ts. */
describe('a gateway that dies after any third statement', () => {
  test.each([...REPETITIONS, ...DELETIONS])('leaves %s', async (_leaves, run) => {
    expect(await run(stage, 'after')).toBeGreaterThan(FEWEST_STATEMENTS);
  });
});

test('a database whose deletion broke off inside the server is removed by the next deprovision', async () => {
  const instance = new Instance();
  await instance.provision(stage.healthy);
  const { database } = await instance.bind(stage.healthy);
  await asAdministrator(`UPDATE pg_database SET datconnlimit = -2 WHERE datname = '${database}'`);
  await instance.deprovision(stage.healthy);
  expect(await traces(database)).toEqual([]);
});
