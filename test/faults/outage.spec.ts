import { playOutage } from './outage.js';

/** Statuses platforms understand; anything else during an outage is a wrong answer. */
const RIGHT = ['200', '201', '202', '410', '422', '503', '504', 'timeout'];

test.each([
  ['a kill and a restart of its Postgres', 'restart'],
  ['the failover of its Postgres to a synchronous standby', 'failover'],
] as const)(
  'a gateway survives %s under load: nothing is lost, nothing orphaned, and it goes on by itself',
  async (_what, how) => {
    const { violations, ended, answers } = await playOutage({ how, seed: 1, replicas: 1, lanes: 4, changes: 20, refusals: 40 });
    expect(violations).toEqual([]);
    expect(ended).toBe(0);
    expect(answers['503']).toBeGreaterThan(0);
    expect(Object.keys(answers).filter((answer) => !RIGHT.includes(answer))).toEqual([]);
  },
  90_000,
);
