import { eventually } from '../e2e/eventually.js';
import { cellNamed } from './cells.js';
import { playRound } from './round.js';
import { Stage } from './stage.js';

/** Gateways made wrong underneath, by a database that does not do what it is told: the bench must notice each. */
const PLANTED: readonly (readonly [bug: string, cell: string, trigger: string, found: RegExp])[] = [
  [
    'takes operations over without raising their epoch',
    'kill/after-backend-answer/provision/sync/1',
    planted('before update on operation', 'new.epoch := old.epoch; return new;'),
    /^I4: operation \S+ changed hands without a new epoch/,
  ],
  [
    'does not write down how operations end',
    'kill/after-result-commit/provision/sync/1',
    planted('before insert on audit_event', "if new.outcome = 'succeeded' then return null; end if; return new;"),
    /^I7: what came of the provision of instance \S+ at backend \w+ is not in the audit trail/,
  ],
  [
    'stores nothing before the backend has answered',
    'kill/after-backend-answer/provision/sync/1',
    planted(
      'after update on operation',
      "if new.state = 'running' and new.epoch > 1 then delete from service_instance where incarnation = new.instance_incarnation; end if; return null;",
    ),
    /^I2: backend \w+ has instance \S+, which nobody knows of/,
  ],
];

/** With it the platform is one that does not heal the damage by asking again. */
const SEED = 8;

let stage: Stage;
beforeAll(async () => (stage = await Stage.start(1)));
afterAll(() => stage.close());
afterEach(() => stage.database.execute('drop function planted() cascade'));

test.each(PLANTED)('a gateway that %s is caught', async (_bug, name, trigger, found) => {
  await stage.database.execute(trigger);
  const caught = async (): Promise<readonly string[]> => {
    const { violations } = await playRound(stage, cellNamed(name), SEED);
    return violations.filter((sentence) => found.test(sentence));
  };
  // On a busy machine the request may fail before it gets to what was planted: then it is played again.
  expect(await eventually(caught, ({ length }) => length > 0)).not.toEqual([]);
});

function planted(when: string, body: string): string {
  return `create function planted() returns trigger language plpgsql as $$ begin ${body} end $$;
    create trigger planted ${when} for each row execute function planted()`;
}
