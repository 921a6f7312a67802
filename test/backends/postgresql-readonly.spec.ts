import { randomUUID } from 'node:crypto';
import {
  administrator,
  as,
  Instance,
  inDatabase,
  postgresqlSubject,
  type Credentials,
  type Subject,
  type TestAdministrator,
} from './postgresql-fixture.js';

const LARGE_OBJECTS = ['SELECT lo_creat(-1)', 'SELECT lo_create(0)', "SELECT lo_from_bytea(0, 'x')"];

describe.each(['SUPERUSER', 'CREATEDB CREATEROLE'])('a readonly binding, administered by a role with %s', (attributes) => {
  const superuser = attributes === 'SUPERUSER';
  let role: TestAdministrator;
  let subject: Subject;
  const instance = new Instance();
  let writer: Credentials;
  let reader: Credentials;

  beforeAll(async () => {
    role = await administrator(attributes);
    subject = postgresqlSubject(role);
    await subject.backend.catalog({ signal: AbortSignal.timeout(60_000) });
    await instance.provision(subject.backend);
    writer = await instance.bind(subject.backend);
    reader = await instance.bind(subject.backend, randomUUID(), { role: 'readonly' });
    await as(
      writer,
      'CREATE TABLE t (i serial PRIMARY KEY)',
      'INSERT INTO t DEFAULT VALUES',
      'CREATE FUNCTION add_one() RETURNS void LANGUAGE sql AS $$ INSERT INTO t DEFAULT VALUES $$',
      'CREATE FUNCTION add_as_owner() RETURNS void SECURITY DEFINER LANGUAGE sql AS $$ INSERT INTO t DEFAULT VALUES $$',
      'SELECT lo_create(4711)',
    );
  });
  afterAll(async () => {
    await instance.deprovision(subject.backend);
    await subject.backend.close?.();
    await role.drop();
  });

  test.each([
    'INSERT INTO t DEFAULT VALUES',
    'UPDATE t SET i = 2',
    'DELETE FROM t',
    'TRUNCATE t',
    'SELECT * FROM t FOR SHARE',
    'BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE',
    "SELECT nextval('t_i_seq')",
    "SELECT setval('t_i_seq', 9)",
    'SELECT add_one()',
    'CREATE TABLE x (i int)',
    'CREATE TEMPORARY TABLE x (i int)',
    'CREATE FUNCTION pg_temp.f() RETURNS int RETURN 1',
    'CREATE SCHEMA x',
    'CREATE EXTENSION pgcrypto',
    'CREATE INDEX ON t (i)',
    "COMMENT ON TABLE t IS 'x'",
    'REASSIGN OWNED BY CURRENT_USER TO CURRENT_USER; ALTER TABLE t OWNER TO CURRENT_USER',
    "SELECT lo_put(4711, 0, 'x')",
    'SELECT lo_unlink(4711)',
    "SELECT lo_import('/etc/hostname')",
    'CREATE PUBLICATION p',
  ])('cannot do this, under its own name or as the reader role: %s', async (statement) => {
    for (const self of ['RESET ROLE', `SET ROLE ${reader.database}_ro`]) {
      await expect(as(reader, self, statement)).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('may run what its owner lets everybody run: functions, with the rights of their owner where they say so', async () => {
    await as(reader, 'SELECT add_as_owner()');
    expect(await as(writer, 'DELETE FROM t WHERE i > 1 RETURNING i')).toHaveLength(1);
  });

  test('cannot take the rights of other readonly bindings away', async () => {
    await as(reader, `SET ROLE ${reader.database}_ro`, 'DROP OWNED BY CURRENT_USER');
    expect(await as(reader, 'SELECT i FROM t')).toEqual([{ i: 1 }]);
  });

  test('leaves no code behind that acts with the rights of the owner, where it was let make some', async () => {
    const bindingId = randomUUID();
    const leaving = await instance.bind(subject.backend, bindingId, { role: 'readonly' });
    await as(writer, 'CREATE SCHEMA shared', `GRANT USAGE, CREATE ON SCHEMA shared TO ${leaving.username}`);
    await as(
      leaving,
      'CREATE FUNCTION shared.act() RETURNS void SECURITY DEFINER LANGUAGE sql AS $$ INSERT INTO public.t DEFAULT VALUES $$',
      'CREATE VIEW shared.hole AS SELECT * FROM public.t',
      'GRANT INSERT ON shared.hole TO PUBLIC',
    );
    await instance.unbind(subject.backend, bindingId);
    for (const statement of ['SELECT shared.act()', 'INSERT INTO shared.hole DEFAULT VALUES']) {
      await expect(as(reader, statement)).rejects.toMatchObject({ code: '42501' });
    }
    await expect(as(reader, `SET ROLE ${reader.database}_ro`, 'CREATE TABLE shared.more ()')).rejects.toMatchObject({ code: '42501' });
    await as(writer, 'DROP SCHEMA shared CASCADE');
  });

  test('made objects where the owner of the schema took its own rights away, and is unbound all the same', async () => {
    const bindingId = randomUUID();
    const leaving = await instance.bind(subject.backend, bindingId);
    await as(writer, 'CREATE SCHEMA closed');
    await as(leaving, 'SET ROLE NONE', 'CREATE TABLE closed.t ()', 'CREATE FUNCTION closed.f() RETURNS int RETURN 1', 'SET ROLE NONE');
    await as(writer, `REVOKE ALL ON SCHEMA closed FROM ${writer.database}`);
    await instance.unbind(subject.backend, bindingId);
    expect(await as(writer, "SELECT tableowner FROM pg_tables WHERE schemaname = 'closed'")).toEqual([{ tableowner: writer.database }]);
    await as(writer, 'DROP SCHEMA closed CASCADE');
  });

  test('makes no large objects where the administrator is a superuser, and elsewhere the operator is told', async () => {
    for (const statement of LARGE_OBJECTS) {
      const refusal = await as(reader, 'BEGIN', statement).then(
        () => undefined,
        (error: unknown) => (error as { code?: string }).code,
      );
      expect(refusal).toBe(superuser ? '42501' : undefined);
      await as(writer, 'BEGIN', statement);
      await as(writer, 'SET ROLE NONE', 'BEGIN', statement);
    }
    const told = subject.environment.lines.some(({ message }) => message.includes('can make large objects'));
    expect(told).toBe(!superuser);
  });
});

test('a readonly binding of release 0.1.0 makes no large objects after the next bind of its instance', async () => {
  const { backend } = postgresqlSubject();
  const instance = new Instance();
  await instance.provision(backend);
  const reader = await instance.bind(backend, randomUUID(), { role: 'readonly' });
  const makers = 'lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea)';
  await inDatabase(reader.database, `GRANT EXECUTE ON FUNCTION ${makers} TO PUBLIC`);
  await as(reader, 'BEGIN', 'SELECT lo_create(0)');
  await instance.bind(backend);
  for (const statement of LARGE_OBJECTS) {
    await expect(as(reader, 'BEGIN', statement)).rejects.toMatchObject({ code: '42501' });
  }
  await instance.deprovision(backend);
  await backend.close?.();
});
