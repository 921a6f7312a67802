import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServiceBackend } from '#sdk';
import {
  administrator,
  as,
  asAdministrator,
  Instance,
  postgresqlSubject,
  SERVICE_ID,
  type TestAdministrator,
} from './postgresql-fixture.js';

const soon = (): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(60_000) });

/** What every login of a PostgreSQL server can read about others. */
const VISIBLE_TO_ALL = ['pg_database', 'pg_roles', 'pg_shdescription', 'pg_db_role_setting', 'pg_stat_activity', 'pg_shseclabel']
  .map((table) => `SELECT to_jsonb(t)::text AS row FROM ${table} t`)
  .join(' UNION ALL ');

const commentOn = async (database: string): Promise<unknown> => {
  const [row] = await asAdministrator(
    `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = '${database}'`,
  );
  return row?.['comment'];
};

/** Gives a database the comment that release 0.1.0 would have written. */
async function asReleased010(database: string, instanceId: string): Promise<void> {
  const operation = String(await commentOn(database)).slice(-26);
  const comment = `OSB service instance ${JSON.stringify(instanceId)}, made by operation ${operation}`;
  await asAdministrator(`COMMENT ON DATABASE ${database} IS '${comment.replaceAll("'", "''")}'`);
}

describe.each(['SUPERUSER', 'CREATEDB CREATEROLE'])('a server administered by a role with %s', (attributes) => {
  let role: TestAdministrator;
  let backend: ServiceBackend;

  beforeAll(async () => {
    role = await administrator(attributes);
    ({ backend } = postgresqlSubject(role));
  });
  afterAll(async () => {
    await backend.close?.();
    await role.drop();
  });

  test('no tenant can read an id of another one', async () => {
    const [tenant, other] = [new Instance(), new Instance(`it's "ü" \\ $$ ${randomUUID()}`)];
    const [bindingId, operationId] = [randomUUID(), randomUUID()];
    await Promise.all([tenant.provision(backend), other.provision(backend, operationId)]);
    await other.bind(backend, bindingId, {}, operationId);
    const visible = JSON.stringify(await as(await tenant.bind(backend), VISIBLE_TO_ALL));
    expect(visible).toContain('osb_');
    for (const id of [other.instanceId.slice(-36), bindingId, operationId]) expect(visible).not.toContain(id);
    await Promise.all([tenant.deprovision(backend), other.deprovision(backend)]);
  });

  test('a comment of release 0.1.0 is replaced at the next read of the catalog', async () => {
    const instance = new Instance(`it's "made by operation x" \\ $$ ${randomUUID()}`);
    const operationId = randomUUID();
    await instance.provision(backend, operationId);
    const { database } = await instance.bind(backend);
    const comment = await commentOn(database);
    for (const reads of [1, 2]) {
      await asReleased010(database, instance.instanceId);
      // 0.1.0 and this release beside each other: either recognises what the other one finished.
      if (reads === 2) await instance.provision(backend, operationId);
      await backend.catalog(soon());
      expect(await commentOn(database)).toBe(comment);
    }
    await instance.provision(backend, operationId);
    await expect(instance.provision(backend)).rejects.toMatchObject({ code: 'Conflict' });
    await instance.deprovision(backend);
  });
});

test('a comment somebody else wrote is left alone', async () => {
  const { backend } = postgresqlSubject();
  const foreign = `osb_${createHash('md5').update(randomUUID()).digest('hex')}`;
  await asAdministrator(`CREATE DATABASE ${foreign} TEMPLATE template0`, `COMMENT ON DATABASE ${foreign} IS 'mine'`);
  await backend.catalog(soon());
  expect(await commentOn(foreign)).toBe('mine');
  await asAdministrator(`DROP DATABASE ${foreign}`);
  await backend.close?.();
});

test('a comment that cannot be replaced is told to the operator, and the catalog is read all the same', async () => {
  const { backend, environment } = postgresqlSubject();
  await backend.catalog(soon());
  const instance = new Instance();
  await instance.provision(backend);
  const { database } = await instance.bind(backend);
  await asReleased010(database, instance.instanceId);
  await expect(backend.catalog({ signal: AbortSignal.abort() })).resolves.toHaveProperty('services');
  expect(JSON.stringify(environment.lines)).toContain('instance ids of release 0.1.0');
  await instance.deprovision(backend);
  await backend.close?.();
});

test('the command of the README finds the database of an instance', async () => {
  const { backend } = postgresqlSubject();
  const instance = new Instance();
  await instance.provision(backend);
  const { database } = await instance.bind(backend);
  const readme = readFileSync(new URL('../../libs/backends/postgresql/README.md', import.meta.url), 'utf8');
  const program = /node -e '\n([^']+)'/.exec(readme)?.[1] ?? '';
  const item = { serviceId: SERVICE_ID, backendInstanceId: instance.instanceId, instanceId: 'the-id' };
  const printed = execFileSync(process.execPath, ['-e', program], { input: JSON.stringify({ items: [item] }) });
  expect(printed.toString()).toBe(`${database} the-id\n`);
  await instance.deprovision(backend);
  await backend.close?.();
});
