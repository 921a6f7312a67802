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

/** The address a tenant of the gateway's own server is given. */
async function boundUri(id: string): Promise<string> {
  const [osb, plan] = [await gateway.osb(), await gateway.plan('postgresql', 'small')];
  expect((await osb.provision(id, plan)).status).toBe(201);
  return (await osb.bind(id, 'binding', plan)).body.credentials.uri;
}

const into = (database: string): string => Object.assign(new URL(mine), { pathname: database }).href;
const databaseOf = (uri: string): string => new URL(uri).pathname.slice(1);

test('a tenant is let into a database of its own on the server that also keeps the record of the gateway', async () => {
  await expect(query(mine, 'select current_database() as name')).resolves.toEqual([{ name: databaseOf(mine) }]);
});

test.each([
  ['the database of the gateway', () => 'osb_gateway'],
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

  for (const database of ['osb_gateway', 'postgres', 'template1', databaseOf(theirs)]) {
    await expect(query(into(database), 'select 1')).rejects.toMatchObject({ code: '42501' });
  }
  await expect(query(mine, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
});
