import { randomUUID } from 'node:crypto';
import {
  administrator,
  as,
  asAdministrator,
  Instance,
  postgresqlSubject,
  testServer,
  type Credentials,
  type Subject,
  type TestAdministrator,
} from './postgresql-fixture.js';
import { countingProxy } from './postgresql-proxy.js';

describe.each(['SUPERUSER', 'CREATEDB CREATEROLE'])('what a binding sets for CURRENT_USER, with an administrator with %s', (attributes) => {
  let role: TestAdministrator;
  let backend: Subject['backend'];
  let instance: Instance;
  let writer: Credentials;

  beforeAll(async () => {
    role = await administrator(attributes);
    ({ backend } = postgresqlSubject(role));
  });
  afterAll(async () => {
    await backend.close?.();
    await role.drop();
  });
  beforeEach(async () => {
    instance = new Instance();
    await instance.provision(backend);
    writer = await instance.bind(backend);
  });
  afterEach(() => instance.deprovision(backend));

  const shown = async (login: Credentials, name: string): Promise<unknown> =>
    Object.values((await as(login, `SHOW ${name}`))[0] ?? {})[0];

  test('holds for its new sessions and for every readwrite binding, after the next bind', async () => {
    await as(
      writer,
      `ALTER ROLE CURRENT_USER SET work_mem TO '7MB'`,
      `ALTER ROLE CURRENT_USER SET search_path TO "$user", public, "we,ird ""one"""`,
      `ALTER ROLE CURRENT_USER IN DATABASE "${writer.database}" SET bytea_output TO 'escape'`,
    );
    const other = await instance.bind(backend);
    for (const login of [writer, other]) {
      expect(await shown(login, 'work_mem')).toBe('7MB');
      expect(await shown(login, 'search_path')).toBe('"$user", public, "we,ird ""one"""');
      expect(await shown(login, 'bytea_output')).toBe('escape');
      expect(await shown(login, 'role')).toBe(writer.database);
    }
  });

  test('holds after the catalog was read, too, and ends when it was reset', async () => {
    await as(writer, `ALTER ROLE CURRENT_USER SET work_mem TO '7MB'`);
    await backend.catalog({ signal: AbortSignal.timeout(60_000) });
    expect(await shown(writer, 'work_mem')).toBe('7MB');
    await as(writer, 'ALTER ROLE CURRENT_USER RESET ALL');
    await backend.catalog({ signal: AbortSignal.timeout(60_000) });
    expect(await shown(writer, 'work_mem')).not.toBe('7MB');
    expect(await shown(writer, 'role')).toBe(writer.database);
  });

  test('makes it nobody else than the owner of its database', async () => {
    await as(writer, `ALTER ROLE CURRENT_USER SET role TO '${writer.database}_ro'`);
    await instance.bind(backend);
    expect(await shown(writer, 'role')).toBe(writer.database);
  });

  test('keeps nobody from logging in: a library to load is not given to logins', async () => {
    await as(writer, `ALTER ROLE CURRENT_USER SET local_preload_libraries TO 'no_such_library'`);
    for (const login of [await instance.bind(backend), writer]) expect(await shown(login, 'local_preload_libraries')).toBe('');
  });

  test('is not given to logins where it is more than a hundred settings, and the bind is made all the same', async () => {
    const names = await as(writer, `SELECT name FROM pg_settings WHERE context = 'user' AND name <> 'work_mem' LIMIT 110`);
    await as(writer, ...names.map(({ name }) => `ALTER ROLE CURRENT_USER SET ${String(name)} FROM CURRENT`));
    await as(writer, `ALTER ROLE CURRENT_USER SET work_mem TO '7MB'`);
    expect(await shown(await instance.bind(backend), 'work_mem')).not.toBe('7MB');
  });

  test('never makes the gateway read megabytes, and the bind is made all the same', async () => {
    const { host, port } = testServer();
    const proxy = await countingProxy({ host, port });
    const counted = postgresqlSubject({ ...role, host: '127.0.0.1', port: proxy.port });
    const megabytes = (who: string): string =>
      `DO $$ BEGIN EXECUTE format('ALTER ROLE ${who} SET application_name = %L', repeat('x', 4000000)); END $$`;
    await as(writer, megabytes('CURRENT_USER'), 'SET ROLE NONE', megabytes(`SESSION_USER IN DATABASE ${writer.database}`));
    await counted.backend.catalog({ signal: AbortSignal.timeout(60_000) });
    expect(await shown(await instance.bind(counted.backend), 'role')).toBe(writer.database);
    expect(proxy.receivedBytes()).toBeLessThan(1_000_000);
    await counted.backend.close?.();
    await proxy.close();
  });

  test('by a readonly binding holds for its own new sessions at once', async () => {
    const reader = await instance.bind(backend, randomUUID(), { role: 'readonly' });
    await as(reader, `ALTER ROLE CURRENT_USER SET work_mem TO '9MB'`);
    expect(await shown(reader, 'work_mem')).toBe('9MB');
    expect(await shown(writer, 'work_mem')).not.toBe('9MB');
  });
});

describe('encoding, locale and sort order of new databases', () => {
  const created = async (settings: Parameters<typeof postgresqlSubject>[1]) => {
    const { backend } = postgresqlSubject({}, settings);
    const instance = new Instance();
    try {
      await backend.catalog({ signal: AbortSignal.timeout(60_000) });
      await instance.provision(backend);
      const { database } = await instance.bind(backend);
      const [row] = await asAdministrator(
        `SELECT pg_encoding_to_char(encoding) AS encoding, datlocprovider AS provider, datcollate AS collate, datlocale AS locale
           FROM pg_database WHERE datname = '${database}'`,
      );
      await instance.deprovision(backend);
      return row;
    } finally {
      await backend.close?.();
    }
  };

  test('are UTF8 and the locale of the server by default', async () => {
    expect(await created({})).toMatchObject({ encoding: 'UTF8', provider: 'b', locale: 'C.UTF-8' });
  });

  test('are as the settings say', async () => {
    expect(await created({ encoding: 'SQL_ASCII', locale: 'C', localeProvider: 'libc' })).toMatchObject({
      encoding: 'SQL_ASCII',
      provider: 'c',
      collate: 'C',
    });
    expect(await created({ locale: 'de-DE', localeProvider: 'icu', collation: 'C' })).toMatchObject({
      encoding: 'UTF8',
      provider: 'i',
      locale: 'de-DE',
      collate: 'C',
    });
  });

  test.each([
    [{ encoding: 'NO_SUCH' }, '"encoding": the PostgreSQL server has no encoding NO_SUCH'],
    [{ locale: 'xx_XX.UTF-8' }, '"locale": the PostgreSQL server does not have the locale xx_XX.UTF-8'],
    [{ collation: 'xx_XX.UTF-8' }, '"collation": the PostgreSQL server does not have the locale xx_XX.UTF-8'],
  ])('that the server does not have are named with the setting: %j', async (settings, message) => {
    await expect(created(settings)).rejects.toThrow(message);
  });
});
