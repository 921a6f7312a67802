import { randomUUID } from 'node:crypto';
import { BrokerError, type ServiceBackend } from '#sdk';
import type { CrashStage } from './postgresql-crash-stage.js';
import { as, asAdministrator, Instance, into, LARGE, traces } from './postgresql-fixture.js';
import type { Cut } from './postgresql-proxy.js';

/**
 * What a gateway that dies leaves behind, and a check of it at one statement after the other. Resolves with the number
 * of the last one.
 */
export type CrashStory = readonly [leaves: string, run: (stage: CrashStage, cut: Cut) => Promise<number>];

/** Learnt from a first life of the instance. */
async function databaseOf(instance: Instance, healthy: ServiceBackend): Promise<string> {
  await instance.provision(healthy);
  const { database } = await instance.bind(healthy);
  await instance.deprovision(healthy);
  return database;
}

const goneIsFine = (error: unknown): void => {
  if (!(error instanceof BrokerError) || error.code !== 'Gone') throw error;
};

function expectHonest(error: unknown): void {
  if (error === undefined || !(error instanceof BrokerError)) return;
  expect(error.code).toBe('Unavailable');
}

const isUnavailable = (error: unknown): boolean => error instanceof BrokerError && error.code === 'Unavailable';

const provision: CrashStory = ['a provision its repetition completes, and nobody else can enter meanwhile', async (stage, cut) => {
  const { healthy } = stage;
  const other = new Instance();
  await other.provision(healthy);
  const intruder = await other.bind(healthy);
  const last = await stage.atStatements(cut, async (attempt) => {
    const instance = new Instance();
    const database = await databaseOf(instance, healthy);
    const operationId = randomUUID();
    const error = await attempt((backend) => instance.provision(backend, operationId));
    expectHonest(error);
    if (isUnavailable(error)) expect(await traces(database)).toEqual([]);
    await expect(into(database, intruder, 'SELECT 1')).rejects.toMatchObject({ severity: 'FATAL' });
    await instance.provision(healthy, operationId);
    const credentials = await instance.bind(healthy);
    await as(credentials, 'CREATE TABLE t (i int)');
    await instance.deprovision(healthy);
    expect(await traces(database)).toEqual([]);
  });
  await other.deprovision(healthy);
  return last;
}];

const bind: CrashStory = ['a bind whose repetition ends in one login that works', async (stage, cut) => {
  const { healthy } = stage;
  return stage.atStatements(cut, async (attempt) => {
    const instance = new Instance();
    await instance.provision(healthy);
    const [bindingId, operationId] = [randomUUID(), randomUUID()];
    expectHonest(await attempt((backend) => instance.bind(backend, bindingId, {}, operationId)));
    const credentials = await instance.bind(healthy, bindingId, {}, operationId);
    await as(credentials, 'SELECT 1');
    expect(await traces(credentials.database)).toHaveLength(4);
    await instance.unbind(healthy, bindingId);
    expect(await traces(credentials.database)).toHaveLength(3);
    await instance.deprovision(healthy);
  });
}];

const unbind: CrashStory = ['an unbind whose repetition ends the login and keeps its tables', async (stage, cut) => {
  const { healthy } = stage;
  const instance = new Instance();
  await instance.provision(healthy);
  const other = await instance.bind(healthy);
  const last = await stage.atStatements(cut, async (attempt) => {
    const bindingId = randomUUID();
    const credentials = await instance.bind(healthy, bindingId);
    const table = `mine_${bindingId.replaceAll('-', '')}`;
    await as(credentials, 'SET ROLE NONE', `CREATE TABLE ${table} (i int)`);
    expectHonest(await attempt((backend) => instance.unbind(backend, bindingId)));
    await instance.unbind(healthy, bindingId).catch(goneIsFine);
    await expect(as(credentials, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await as(other, `DROP TABLE ${table}`);
  });
  await instance.deprovision(healthy);
  return last;
}];

const update: CrashStory = ['an update whose repetition sets the limits of the plan', async (stage, cut) => {
  const { healthy } = stage;
  return stage.atStatements(cut, async (attempt) => {
    const instance = new Instance();
    await instance.provision(healthy);
    const { database, username } = await instance.bind(healthy);
    expectHonest(await attempt((backend) => instance.update(backend, LARGE)));
    await instance.update(healthy, LARGE);
    const limits = await asAdministrator(
      `SELECT datconnlimit AS "limit" FROM pg_database WHERE datname = '${database}' UNION ALL
       SELECT rolconnlimit FROM pg_roles WHERE rolname = '${username}'`,
    );
    expect(limits).toEqual([{ limit: 100 }, { limit: 100 }]);
    await instance.deprovision(healthy);
  });
}];

const deprovision: CrashStory = ['a deprovision whose repetition removes everything', async (stage, cut) => {
  const { healthy } = stage;
  return stage.atStatements(cut, async (attempt) => {
    const instance = new Instance();
    await instance.provision(healthy);
    const { database } = await instance.bind(healthy);
    expectHonest(await attempt((backend) => instance.deprovision(backend)));
    await instance.deprovision(healthy).catch(goneIsFine);
    expect(await traces(database)).toEqual([]);
  });
}];

const abandoned: CrashStory = ['a provision that a deprovision clears away', async (stage, cut) => {
  const { healthy } = stage;
  return stage.atStatements(cut, async (attempt) => {
    const instance = new Instance();
    const database = await databaseOf(instance, healthy);
    await attempt((backend) => instance.provision(backend));
    await instance.deprovision(healthy).catch(goneIsFine);
    expect(await traces(database)).toEqual([]);
  });
}];

/** For both ways to die: before a statement gets to the server, and after it. */
export const REPETITIONS: readonly CrashStory[] = [provision, bind, unbind, update];

/** Only for "after": whatever this way leaves behind, dying before the next statement leaves too. */
export const DELETIONS: readonly CrashStory[] = [deprovision, abandoned];
