import { Client } from 'pg';
import { eventually } from '../../e2e/eventually.js';
import { createDatabase, query, type TestDatabase } from '../../support/postgres.js';
import { FORWARD, type Fate } from './fate.js';
import { PostgresProxy } from './postgres-proxy.js';

const BROKEN = /ECONNRESET|Connection terminated|not queryable/;
const INSERT = { name: 'insert-note', text: 'insert into note (text) values ($1) returning text' };

let database: TestDatabase;
let proxy: PostgresProxy;
let client: Client;

beforeAll(async () => (database = await createDatabase()));
afterAll(() => database.drop());
beforeEach(async () => {
  await query(database.url, 'drop table if exists note');
  await query(database.url, 'create table note (text text)');
  proxy = await PostgresProxy.start(database.url);
  client = await connected();
});
afterEach(async () => {
  await client.end();
  await proxy.close();
});

async function connected(): Promise<Client> {
  const fresh = new Client({ connectionString: proxy.url });
  fresh.on('error', () => undefined);
  await fresh.connect();
  return fresh;
}

const strike = (statement: string, fate: Fate): void => {
  proxy.fateOf = (round) => (round.statement === statement ? fate : FORWARD);
};
const insert = (text: string): Promise<unknown> => client.query({ ...INSERT, values: [text] });
const notes = async (): Promise<string[]> => (await query<{ text: string }>(database.url, 'select text from note')).map(({ text }) => text);

test('without a fault simple, prepared and large statements come through, and errors too', async () => {
  const large = 'x'.repeat(300_000);
  await insert(large);
  await insert('small');
  expect((await client.query<{ text: string }>('select text from note')).rows.map(({ text }) => text)).toEqual([large, 'small']);
  await expect(insert('\0')).rejects.toMatchObject({ code: '22021' });
  await expect(client.query('select no_such_column')).rejects.toMatchObject({ code: '42703' });
  await expect(client.query({ text: 'select $1::int as one', values: [1] })).resolves.toMatchObject({ rows: [{ one: 1 }] });
});

test('a dropped round never reaches the server', async () => {
  strike(INSERT.name, { kind: 'drop' });
  await expect(insert('one')).rejects.toThrow(BROKEN);
  expect(await notes()).toEqual([]);
});

test('a statement whose answer is lost was carried out', async () => {
  strike(INSERT.name, { kind: 'lose answer' });
  await expect(insert('one')).rejects.toThrow(BROKEN);
  expect(await notes()).toEqual(['one']);
});

test('a commit whose answer is lost has committed', async () => {
  strike('commit', { kind: 'lose answer' });
  await client.query('begin');
  await insert('one');
  await expect(client.query('commit')).rejects.toThrow(BROKEN);
  expect(await notes()).toEqual(['one']);
});

test('a commit that is dropped has not: the transaction is rolled back', async () => {
  strike('commit', { kind: 'drop' });
  await client.query('begin');
  await insert('one');
  await expect(client.query('commit')).rejects.toThrow(BROKEN);
  // Waits for the locks of the lost transaction.
  await query(database.url, 'alter table note add more text');
  expect(await notes()).toEqual([]);
});

test('an answer that is cut was carried out, and ends in an error', async () => {
  strike(INSERT.name, { kind: 'cut answer' });
  await expect(insert('one')).rejects.toThrow('Connection terminated');
  expect(await notes()).toEqual(['one']);
});

test('a delayed round is carried out although its client has left', async () => {
  strike(INSERT.name, { kind: 'delay', delayMs: 50 });
  const asked = insert('one');
  asked.catch(() => undefined);
  await client.end();
  await expect(asked).rejects.toThrow(BROKEN);
  await eventually(notes, ({ length }) => length > 0);
});

test('the start of a session is left alone, and its settings', async () => {
  proxy.fateOf = () => ({ kind: 'drop' });
  const fresh = await connected();
  await fresh.query("set application_name to 'somebody'");
  await expect(fresh.query('select 1')).rejects.toThrow(BROKEN);
});

test('connections are refused until they are accepted again', async () => {
  await proxy.refuse();
  await expect(connected()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.accept();
  const fresh = await connected();
  await expect(fresh.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] });
  await fresh.end();
});

test('after a switch another server is asked, and what stood is cut', async () => {
  const other = await createDatabase();
  const target = await PostgresProxy.start(other.url);
  proxy.switchTo(target.url);
  await expect(client.query('select 1')).rejects.toThrow(BROKEN);
  let asked = 0;
  target.fateOf = () => {
    asked += 1;
    return FORWARD;
  };
  const fresh = await connected();
  await fresh.query('select 1');
  expect(asked).toBe(1);
  await fresh.end();
  await target.close();
  await other.drop();
});
