import { Client } from 'pg';
import { TestGateway } from '../support/gateway.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { startRemote, type RemoteSimulator } from '../support/remote-simulator.js';
import { eventually } from './eventually.js';

let postgres: OwnPostgres;
let remote: RemoteSimulator;
let gateway: TestGateway;
let listener: Client;
beforeAll(async () => {
  postgres = await OwnPostgres.start({ max_notify_queue_pages: '64' });
  remote = await startRemote({ serviceName: 'remote', asyncDurationMs: 600 });
  gateway = await TestGateway.start({ database: await postgres.gatewayDatabase(), timings: { budgetMs: 20_000 } });
  await gateway.register('remote', 'osb', remote.settings);
  listener = new Client({ connectionString: gateway.database.url });
  await listener.connect();
  await listener.query('listen anything');
  // A listener in a transaction reads no notifications: the queue keeps them for it.
  await listener.query('begin');
  await listener.query('select 1');
});
afterAll(async () => {
  await listener.end();
  await gateway.stop();
  await remote.broker.close();
  await postgres.remove();
});

const plan = (name: string) => ({ serviceId: 'remote-service', planId: `remote-${name}` });

/** Notifies until the server refuses; gives the reason. */
async function fillQueue(): Promise<string> {
  const notifier = new Client({ connectionString: gateway.database.url });
  await notifier.connect();
  try {
    for (;;) await notifier.query(`select pg_notify('anything', repeat('x', 7000) || n) from generate_series(1, 10) n`);
  } catch (error) {
    return (error as Error).message;
  } finally {
    await notifier.end();
  }
}

test('with a full NOTIFY queue operations come to their ends, deletes run, and the log says so once', async () => {
  expect(await fillQueue()).toBe('too many notifications in the NOTIFY queue');
  const osb = gateway.osb();

  expect((await osb.provision('waited-for', plan('async'))).status).toBe(201);
  const { body } = await osb.provision('polled', plan('async'), {}, { acceptsIncomplete: true });
  const queued = await osb.deprovision('polled', plan('async'), { acceptsIncomplete: true });
  // The delete overtakes the create, which ends with it, unless that had ended before.
  expect(['failed', 'succeeded']).toContain((await osb.ended('polled', body.operation)).body.state);
  expect(queued.status).toBe(202);
  expect((await osb.ended('polled', queued.body.operation)).body.state).toBe('succeeded');
  expect((await osb.deprovision('waited-for', plan('async'))).status).toBe(200);

  const warnings = () => gateway.logLines.filter((line) => line.includes('other gateways cannot be notified'));
  expect(await eventually(warnings, ({ length }) => length > 0)).toHaveLength(1);
});
