import { randomUUID } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';

/** A database of one test file. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Also ends the connections that are still open. */
  drop(): Promise<void>;
}

/** Makes a database, empty or a copy of a template, on the server of this run or another one. */
export async function createDatabase(template = 'template1', admin = testServerUrl()): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await query(admin, `create database ${name} template ${template}`);
  return {
    url: Object.assign(new URL(admin), { pathname: name }).href,
    name,
    drop: async () => void (await query(admin, `drop database if exists ${name} with (force)`)),
  };
}

/** Runs one statement on a connection of its own. */
export async function query<R extends QueryResultRow>(url: string, sql: string, values: unknown[] = []): Promise<R[]> {
  const client = new Client({ connectionString: url });
  // A server that goes away fails the statement, which is where it is told.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<R>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** The server of this test run, with the rights of the superuser. */
export function testServerUrl(): string {
  const url = process.env['TEST_POSTGRES_URL'];
  if (url === undefined) throw new Error('TEST_POSTGRES_URL is not set: Jest starts the server and sets it.');
  return url;
}
