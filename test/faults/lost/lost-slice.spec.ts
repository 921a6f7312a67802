import { eventually } from '../../e2e/eventually.js';
import { lostSummary } from './lost-reporting.js';
import { playLost } from './play-lost.js';

test('two replicas that lose one answer in ten, of backends and of the database, lose nothing else', async () => {
  const report = await playLost({ seed: 1, operations: 100, rate: 0.1 });
  expect(report.victims.map(({ violations }) => violations)).toEqual([]);
  expect(report.notEnded).toBe(0);
  expect(report.operations).toBeGreaterThanOrEqual(100);
  expect(report.losses.backend.lost.size).toBeGreaterThan(0);
  // Among them: a transaction whose commit was answered into the void, and an end that was written.
  expect([...report.losses.database.lost.keys()]).toEqual(expect.arrayContaining(['commit', 'settle-operation', 'reserve-provision']));
  expect(lostSummary(report)).toContain('violations  0 on 0 instances');
});

const TAKEN_UNFENCED = /^I4: operation \S+ changed hands without a new epoch/;

const UNFENCED = `
  create function unfenced() returns trigger language plpgsql as $$ begin new.epoch := old.epoch; return new; end $$;
  create trigger unfenced before update on operation for each row execute function unfenced()`;

test('gateways that take over what the other one lost without raising the epoch are caught', async () => {
  let seed = 0;
  const caught = async (): Promise<readonly string[]> => {
    seed += 1;
    const { victims } = await playLost({ seed, operations: 40, rate: 0.1 }, (stage) => stage.database.execute(UNFENCED));
    return victims.flatMap(({ violations }) => violations).filter((sentence) => TAKEN_UNFENCED.test(sentence));
  };
  // Which operations change hands depends on what happens at the same time.
  expect(await eventually(caught, ({ length }) => length > 0)).not.toEqual([]);
});
