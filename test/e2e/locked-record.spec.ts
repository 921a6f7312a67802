import { Client } from 'pg';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { eventually } from './eventually.js';
import { simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let simulator: SimulatorUnderTest;
let plan: PlanIds;
beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
  simulator = await simulatorInGateway(gateway, 'simulator');
  plan = simulator.plan('sync');
  await osb.catalog();
});
afterAll(() => gateway.stop());

/** Holds a lock on a table of the record while this happens. */
async function locked<T>(table: string, meanwhile: () => Promise<T>): Promise<T> {
  const holder = new Client({ connectionString: gateway.database.url });
  await holder.connect();
  try {
    await holder.query(`begin; lock table ${table} in access exclusive mode`);
    return await meanwhile();
  } finally {
    await holder.end();
  }
}

/** Statements of the gateway that the server still works on. */
const atWork = (): Promise<unknown[]> =>
  query(
    gateway.database.url,
    `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`,
  );

const LONG_MS = 240_000;

test.each(['operation', 'service_instance'])(
  'of creates answered 503 while the table %s was locked nothing is made later, nor recorded',
  async (table) => {
    const ids = Array.from({ length: 40 }, (_none, index) => `${table}-${index}`);
    const answers = await locked(table, () => Promise.all(ids.map((id) => osb.provision(id, plan))));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 503));
    await eventually(atWork, ({ length }) => length === 0);
    expect(await query(gateway.database.url, 'select from service_instance where instance_id = any($1)', [ids])).toEqual([]);
    expect(ids.flatMap((id) => simulator.verbs(id))).toEqual([]);
    expect((await osb.provision(`${table}-0`, plan)).status).toBe(201);
  },
  LONG_MS,
);
