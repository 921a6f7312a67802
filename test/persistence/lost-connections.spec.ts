import { CatalogStore, PlatformStore } from '#core';
import { BrokerError } from '#sdk';
import { eventually } from '../e2e/eventually.js';
import { DatabaseDoor } from '../support/database-door.js';
import { anInstance, anOperation, provisioned, reservationOf, start, startProvision, statesOf, succeeded } from './lives.js';
import { anEvent, TestRecord } from './record.js';

let record: TestRecord;
let door: DatabaseDoor;
beforeEach(async () => {
  record = await TestRecord.open(async (url) => (door = await DatabaseDoor.to(url)).url);
});
afterEach(async () => {
  await record.close();
  await door.shut();
});

const endConnections = async (): Promise<number> => {
  const ended = await record.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );
  return ended.length;
};

const unavailable = expect.objectContaining({ code: 'Unavailable', status: 503 });

/** Until the pool has noticed; what it is asked before that fails as it should. */
const recovers = (): Promise<unknown> =>
  eventually(() => record.catalogs.revision().catch((error: unknown) => error), (seen) => !(seen instanceof Error));

test('a connection that is lost between two statements undoes the transaction and is told as 503', async () => {
  const instance = await provisioned(record);
  const operation = anOperation('update', instance);
  const story = record.lifecycle.transaction(async (transaction) => {
    await transaction.insertOperation(reservationOf(operation));
    await endConnections();
    await transaction.lockInstance(instance.platformId, instance.instanceId);
  });
  await expect(story).rejects.toBeInstanceOf(BrokerError);
  await expect(story).rejects.toEqual(unavailable);
  await recovers();
  expect(await statesOf(record, operation)).toEqual(['absent']);
  await start(record, 'update', instance);
});

test('a connection that is lost during a statement is told as 503', async () => {
  const instance = await provisioned(record);
  const { waiting } = await record.lifecycle.transaction(async (transaction) => {
    await transaction.lockInstance(instance.platformId, instance.instanceId);
    const other = start(record, 'update', instance).catch((error: unknown) => error);
    await eventually(() => record.waitingForLocks(), (count) => count > 0);
    await record.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return { waiting: other };
  });
  expect(await waiting).toEqual(unavailable);
  await start(record, 'update', instance);
});

test('idle connections that were lost are replaced', async () => {
  await Promise.all(Array.from({ length: 10 }, () => record.catalogs.revision()));
  expect(await endConnections()).toBeGreaterThan(1);
  await recovers();
  expect(await Promise.all(Array.from({ length: 10 }, () => record.catalogs.revision()))).toHaveLength(10);
});

test('every store tells a database that is away as 503', async () => {
  const instance = await provisioned(record);
  const operation = await start(record, 'update', instance);
  await door.shut();
  const asked = {
    find: () => record.lifecycle.findInstance(instance.platformId, instance.instanceId),
    reserve: () => startProvision(record, anInstance(record)),
    transaction: () => start(record, 'update', instance),
    settle: () => record.lifecycle.settle(succeeded(operation)),
    directory: () => record.get(PlatformStore).all(),
    write: () => record.get(PlatformStore).putCredential(record.platform.id, { username: 'x', digest: 'x' }, anEvent()),
    catalog: () => record.get(CatalogStore).saveGood(record.backendId, '{}'),
    inventory: () => record.inventory.instances({}, { limit: 10 }),
  };
  for (const [what, ask] of Object.entries(asked)) {
    const answer = await ask().catch((error: unknown) => error);
    expect({ what, answer }).toEqual({ what, answer: unavailable });
  }
  await door.open();
  await recovers();
  expect(await record.lifecycle.settle(succeeded(operation))).toBe('written');
});
