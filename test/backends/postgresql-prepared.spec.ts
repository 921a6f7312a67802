import { randomUUID } from 'node:crypto';
import type { ServiceBackend } from '#sdk';
import { OwnPostgres } from '../support/own-postgres.js';
import { query } from '../support/postgres.js';
import { as, Instance, LARGE, postgresqlSubject, type Credentials } from './postgresql-fixture.js';
import { interruptingProxy } from './postgresql-proxy.js';

let server: OwnPostgres;

// Tenants prepare transactions only where an operator allows it.
beforeAll(async () => {
  server = await OwnPostgres.start({ max_prepared_transactions: '50' });
});
afterAll(() => server.remove());

describe.each(['SUPERUSER', 'CREATEDB CREATEROLE'])('with an administrator that is %s', (attributes) => {
  let administrator: { user: string; password: string };
  let backend: ServiceBackend;
  const attackers = new Instance();
  let attacker: Credentials;

  beforeAll(async () => {
    administrator = { user: `admin_${attributes.length}`, password: randomUUID() };
    await asOperator(`CREATE ROLE ${administrator.user} LOGIN PASSWORD '${administrator.password}' ${attributes}`);
    await asOperator(`GRANT pg_signal_backend TO ${administrator.user}`);
    ({ backend } = postgresqlSubject({ ...administrator, port: server.port }));
    await attackers.provision(backend);
    attacker = await attackers.bind(backend);
    await as(attacker, 'CREATE TABLE bait (i int)');
  });
  afterAll(async () => {
    await attackers.deprovision(backend);
    await backend.close?.();
  });

  test('an unbind ends what its login prepared under its own name, and leaves alone what others did', async () => {
    const { instance, bindingId, leaving, staying } = await twoBindings();
    const own = await prepare(leaving, 'SET ROLE NONE', 'CREATE TABLE own ()');
    const other = await prepare(staying, 'SELECT 1', 'CREATE TABLE other ()');
    await instance.unbind(backend, bindingId);
    expect(await preparedIn(leaving)).toEqual([other]);
    expect(await exists(leaving.username)).toBe(false);
    await as(staying, `COMMIT PREPARED '${other}'`, 'DROP TABLE other');
    await expect(as(staying, `COMMIT PREPARED '${own}'`)).rejects.toMatchObject({ code: '42704' });
    await instance.deprovision(backend);
  });

  test.each([
    ['readwrite', (login: Credentials) => login.database],
    ['readonly', (login: Credentials) => `${login.database}_ro`],
  ])('what %s bindings prepared as the role they share ends with the last of them', async (role, shared) => {
    const instance = new Instance();
    await instance.provision(backend);
    const [first, last] = [randomUUID(), randomUUID()];
    const leaving = await instance.bind(backend, first, { role });
    await instance.bind(backend, last, { role });
    const gid = await prepare(leaving, `SET ROLE ${shared(leaving)}`, 'SELECT 1');
    await instance.unbind(backend, first);
    expect(await preparedIn(leaving)).toEqual([gid]);
    await instance.unbind(backend, last);
    expect(await preparedIn(leaving)).toEqual([]);
    await instance.deprovision(backend);
  });

  test.each([
    ['commits', async (gid: string, { database }: Credentials) => asOperatorIn(database, `COMMIT PREPARED '${gid}'`)],
    ['rolls back', async (gid: string, { database }: Credentials) => asOperatorIn(database, `ROLLBACK PREPARED '${gid}'`)],
    [
      'rolls back, and a stranger prepares another one of that name,',
      async (gid: string, { database }: Credentials) => {
        await asOperatorIn(database, `ROLLBACK PREPARED '${gid}'`);
        await prepare(attacker, 'SELECT 1', 'CREATE TABLE theirs ()', gid);
      },
    ],
  ])('an unbind succeeds when somebody %s where the gateway is about to roll back', async (_what, interrupt) => {
    const { instance, bindingId, leaving } = await twoBindings();
    const gid = await prepare(leaving, 'SET ROLE NONE', 'CREATE TABLE own ()');
    const proxy = await interruptingProxy({ host: '127.0.0.1', port: server.port }, `ROLLBACK PREPARED '${gid}'`, () =>
      interrupt(gid, leaving),
    );
    const { backend: behind } = postgresqlSubject({ ...administrator, host: '127.0.0.1', port: proxy.port });
    await instance.unbind(behind, bindingId);
    expect(proxy.interruptions()).toBe(1);
    expect(await exists(leaving.username)).toBe(false);
    for (const theirs of await preparedIn(attacker)) await as(attacker, `ROLLBACK PREPARED '${theirs}'`);
    await behind.close?.();
    await proxy.close();
    await instance.deprovision(backend);
  });

  describe("a stranger's prepared transaction that holds a role of an instance", () => {
    let victim: Instance;
    let bindingId: string;
    let login: Credentials;

    beforeEach(async () => {
      [victim, bindingId] = [new Instance(), randomUUID()];
      await victim.provision(backend);
      login = await victim.bind(backend, bindingId);
    });

    test('is rolled back and named, and an unbind leaves no role behind', async () => {
      await prepare(attacker, 'SELECT 1', `GRANT SELECT ON bait TO ${login.username}`);
      await victim.unbind(backend, bindingId);
      await expectNothingLeft(login.username);
      await victim.deprovision(backend);
    });

    test('is rolled back and named, and a deprovision leaves no role behind', async () => {
      await prepare(attacker, 'SELECT 1', `GRANT SELECT ON bait TO ${login.username}, ${login.database}, ${login.database}_ro`);
      await victim.deprovision(backend);
      await expectNothingLeft(login.database);
    });

    test('keeps no bind or update of that instance from being done', async () => {
      await as(login, 'CREATE TABLE held ()');
      await prepare(login, 'SELECT 1', `LOCK TABLE held; REVOKE ALL ON held FROM ${login.database}_ro`);
      await prepare(attacker, 'SELECT 1', `GRANT SELECT ON bait TO ${login.username}, ${login.database}, ${login.database}_ro`);
      await prepare(login, 'SET ROLE NONE', "ALTER ROLE SESSION_USER SET work_mem = '4MB'");
      await as(await victim.bind(backend, bindingId), 'SELECT 1');
      expect(await as(await victim.bind(backend), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await victim.update(backend, LARGE);
      for (const gid of await preparedIn(attacker)) await as(attacker, `ROLLBACK PREPARED '${gid}'`);
      await victim.deprovision(backend);
    });
  });

  test('only the transaction that is in the way is rolled back, not others of that database', async () => {
    const { instance, bindingId, leaving, staying } = await twoBindings();
    await as(leaving, 'SET ROLE NONE', 'CREATE TABLE mine ()', `GRANT ALL ON mine TO ${leaving.database}`);
    await as(staying, 'CREATE TABLE elsewhere ()');
    const innocent = await prepare(staying, 'SELECT 1', 'LOCK TABLE elsewhere');
    const blocking = await prepare(staying, 'SELECT 1', 'LOCK TABLE mine');
    await instance.unbind(backend, bindingId);
    expect(await preparedIn(leaving)).toEqual([innocent]);
    expect(blocking).not.toBe(innocent);
    await instance.deprovision(backend);
  });

  test('a database that was closed with a prepared transaction in it is deleted by the next deprovision, and an unbind says so', async () => {
    const { instance, bindingId, leaving } = await twoBindings();
    await prepare(leaving, 'SET ROLE NONE', 'CREATE TABLE own ()');
    await asOperator(`ALTER DATABASE ${leaving.database} ALLOW_CONNECTIONS false`);
    await expect(instance.unbind(backend, bindingId)).rejects.toMatchObject({
      code: 'BackendFailed',
      description: expect.stringContaining('repeat the deletion of the instance') as string,
    });
    await instance.deprovision(backend);
    expect(await exists(leaving.database)).toBe(false);
    expect(await exists(leaving.username)).toBe(false);
  });

  async function twoBindings(): Promise<{ instance: Instance; bindingId: string; leaving: Credentials; staying: Credentials }> {
    const [instance, bindingId] = [new Instance(), randomUUID()];
    await instance.provision(backend);
    return { instance, bindingId, leaving: await instance.bind(backend, bindingId), staying: await instance.bind(backend) };
  }

  async function expectNothingLeft(name: string): Promise<void> {
    expect(await preparedIn(attacker)).toEqual([]);
    expect(await exists(name)).toBe(false);
  }
});

/** @returns its gid */
async function prepare(login: Credentials, role: string, statement: string, gid: string = randomUUID()): Promise<string> {
  await as(login, role, 'BEGIN', statement, `PREPARE TRANSACTION '${gid}'`);
  return gid;
}

async function preparedIn({ database }: Credentials): Promise<string[]> {
  const rows = await asOperator<{ gid: string }>(`SELECT gid FROM pg_prepared_xacts WHERE database = '${database}' ORDER BY gid`);
  return rows.map(({ gid }) => gid);
}

/** Whether there is a role or a database of this name. */
async function exists(name: string): Promise<boolean> {
  const found = await asOperator(
    `SELECT FROM pg_roles WHERE rolname = '${name}' UNION ALL SELECT FROM pg_database WHERE datname = '${name}'`,
  );
  return found.length > 0;
}

const asOperator = <R extends object = object>(statement: string): Promise<R[]> => query<R>(server.adminUrl, statement);

const asOperatorIn = (database: string, statement: string): Promise<object[]> =>
  query(Object.assign(new URL(server.adminUrl), { pathname: database }).href, statement);
