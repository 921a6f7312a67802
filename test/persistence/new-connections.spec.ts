import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import type { Pool } from 'pg';
import { createDatabase, type DataSource } from '#persistence';
import { eventually } from '../e2e/eventually.js';
import { createDatabase as createTestDatabase, query, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let source: DataSource;
let relay: Server;
/** What the relay waits for before it passes on the first statement of a connection. */
let mayPass: Promise<void>;
let held = 0;

beforeEach(async () => {
  [mayPass, held] = [Promise.resolve(), 0];
  database = await createTestDatabase();
  relay = await relayTo(new URL(database.url));
  const { port } = relay.address() as AddressInfo;
  source = createDatabase({ url: Object.assign(new URL(database.url), { port }).href, migrations: [], poolSize: 1 });
  await source.initialize();
});
afterEach(async () => {
  await source.destroy();
  relay.close();
  await database.drop();
});

/** Passes everything on at once but what a new connection is asked first. */
async function relayTo({ hostname, port }: URL): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const ends = [[client, upstream], [upstream, client]] as const;
    for (const [one, other] of ends) one.on('error', () => undefined).on('close', () => other.destroy());
    upstream.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk) => {
      const isFirstStatement = chunk.includes('transaction_read_only');
      if (isFirstStatement) held += 1;
      void (isFirstStatement ? mayPass : Promise.resolve()).then(() => upstream.write(chunk));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** The pool itself: TypeORM gives no connection without listeners of its own. */
const pool = (): Pool => (source.driver as unknown as { master: Pool }).master;

test('a connection that is ready only when nobody waits for it any more serves the next one who asks', async () => {
  const { promise, resolve: pass } = Promise.withResolvers<void>();
  const first = await pool().connect();
  const late = pool().connect();
  // Its turn comes while it still waits. The new connection is not ready before the wait is over.
  mayPass = promise;
  first.release(true);
  await eventually(() => held, (count) => count === 1);
  await expect(late).rejects.toThrow('timeout exceeded when trying to connect');
  pass();
  await expect(source.query('select 1 as one')).resolves.toEqual([{ one: 1 }]);
});

test('a connection that is lost while it is in use, and asked nothing, ends no process', async () => {
  const client = await pool().connect();
  await query(database.url, `select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
  await expect(eventually(() => client.query('select 1').catch(() => 'lost'), (seen) => seen === 'lost')).resolves.toBe('lost');
  client.release();
  await expect(source.query('select 1 as one')).resolves.toEqual([{ one: 1 }]);
});
