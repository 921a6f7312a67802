import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayHome, type GatewayProcess } from '../support/gateway-process.js';
import { query } from '../support/postgres.js';

let home: GatewayHome;
let gateway: GatewayProcess;
let mine: string;
let theirs: string;

beforeAll(async () => {
  home = await GatewayHome.make();
  gateway = await home.start();
  [mine, theirs] = [await boundUri('mine'), await boundUri('theirs')] as const;
});
afterAll(() => home.remove());

/** The address a tenant of the gateway's embedded server is given. */
async function boundUri(id: string): Promise<string> {
  const [osb, plan] = [await gateway.osb(), await gateway.plan('postgresql', 'small')];
  expect((await osb.provision(id, plan)).status).toBe(201);
  return (await osb.bind(id, 'binding', plan)).body.credentials.uri;
}

const into = (database: string): string => Object.assign(new URL(mine), { pathname: database }).href;
const databaseOf = (uri: string): string => new URL(uri).pathname.slice(1);

/** The port of the server in a folder of the gateway. */
const portOf = async (folder: string): Promise<string> => (await readFile(join(home.dataDir, folder, 'port'), 'utf8')).trim();

test('a tenant is let into a database of its own, on a server for tenants', async () => {
  await expect(query(mine, 'select current_database() as name')).resolves.toEqual([{ name: databaseOf(mine) }]);
  expect(new URL(mine).port).toBe(await portOf('tenants'));
});

test('the server that keeps the record of the gateway is another one, and does not know tenants', async () => {
  const port = await portOf('postgres');
  expect(port).not.toBe(new URL(mine).port);
  const record = Object.assign(new URL(mine), { port, pathname: 'osb_gateway' }).href;
  await expect(query(record, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  await expect(query(into('osb_gateway'), 'select 1')).rejects.toMatchObject({ code: '3D000' });
});

test('operators see that it is the server of the gateway, without its password', async () => {
  const { body, text } = await (await gateway.admin()).request('GET', '/admin/v1/backends/postgresql');
  const embeddedServer = { host: '127.0.0.1', port: Number(await portOf('tenants')), username: 'postgres', password: '********' };
  expect(body).toMatchObject({ settings: { embeddedServer }, warnings: [] });
  for (const folder of ['tenants', 'postgres']) {
    expect(text).not.toContain((await readFile(join(home.dataDir, folder, 'password'), 'utf8')).trim());
  }
});

test.each([
  ['the database postgres', () => 'postgres'],
  ['the template of new databases', () => 'template1'],
  ['the database of another tenant', () => databaseOf(theirs)],
])('and is kept out of %s', async (_what, database) => {
  await expect(query(into(database()), 'select 1')).rejects.toMatchObject({ code: '42501' });
});

test('template0 takes nobody', async () => {
  await expect(query(into('template0'), 'select 1')).rejects.toMatchObject({ code: expect.stringMatching(/42501|55000/) });
});

test('the doors stay shut over a restart', async () => {
  await gateway.kill('SIGTERM');
  gateway = await home.start();

  for (const database of ['postgres', 'template1', databaseOf(theirs)]) {
    await expect(query(into(database), 'select 1')).rejects.toMatchObject({ code: '42501' });
  }
  await expect(query(mine, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
});
