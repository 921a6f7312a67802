import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayHome, type GatewayProcess } from '../support/gateway-process.js';
import type { HttpClient } from '../support/http-client.js';
import type { PlanIds } from '../support/osb-client.js';
import { query } from '../support/postgres.js';

let home: GatewayHome;
let gateway: GatewayProcess;
let admin: HttpClient;
let plan: PlanIds;

const textOf = async (folder: string, file: string): Promise<string> =>
  (await readFile(join(home.dataDir, folder, file), 'utf8')).trim();
const portOf = async (folder: string): Promise<number> => Number(await textOf(folder, 'port'));

async function change(settings: Record<string, unknown>): Promise<void> {
  const { status } = await admin.request('PATCH', '/admin/v1/backends/postgresql', { body: { settings } });
  expect(status).toBe(200);
}

async function shown(): Promise<{ settings: Record<string, unknown>; warnings: string[] }> {
  const { body } = await admin.request('GET', '/admin/v1/backends/postgresql');
  return body as never;
}

/** Release 0.1 made every database on the server of the record, and remembered no server. */
beforeAll(async () => {
  home = await GatewayHome.make();
  gateway = await home.start();
  admin = await gateway.admin();
  plan = await gateway.plan('postgresql', 'small');
  const [port, password] = [await portOf('postgres'), await textOf('postgres', 'password')];
  await change({ host: '127.0.0.1', port, username: 'postgres', password });
  const osb = await gateway.osb();
  expect((await osb.provision('old', plan)).status).toBe(201);
  expect((await osb.bind('old', 'old-binding', plan)).status).toBe(201);
  await query(`postgres://postgres:${password}@127.0.0.1:${port}/osb_gateway`, 'update service_instance set backend_state = null');
  await change({});
});
afterAll(() => home.remove());

test('after an upgrade new databases are made on the server for tenants, and operators are told of the old ones', async () => {
  const osb = await gateway.osb();
  expect((await osb.provision('new', plan)).status).toBe(201);
  expect((await osb.bind('new', 'binding', plan)).body.credentials.port).toBe(await portOf('tenants'));
  const { body } = await admin.request('POST', '/admin/v1/backends/postgresql/refresh');
  const told = expect.stringContaining("1 database of a tenant is on the server that keeps the gateway's record");
  expect(body.backend.warnings).toEqual([told]);
  expect(gateway.lines).toContainEqual(told);
});

test('nobody is asked to set up the embedded servers: they have the connections they need', () => {
  expect(gateway.lines.filter((line) => /max_connections|superuser_reserved_connections/.test(line))).toEqual([]);
});

test('old databases keep every verb where they are, over restarts', async () => {
  await gateway.kill('SIGTERM');
  gateway = await home.start();
  admin = await gateway.admin();
  const osb = await gateway.osb();
  const { credentials } = (await osb.bind('old', 'late-binding', plan)).body;
  expect(credentials.port).toBe(await portOf('postgres'));
  await expect(query(credentials.uri, 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
  const large = await gateway.plan('postgresql', 'large');
  expect((await osb.update('old', plan.serviceId, { plan_id: large.planId })).status).toBe(200);
  for (const binding of ['late-binding', 'old-binding']) expect((await osb.unbind('old', binding, plan)).status).toBe(200);
  await expect(query(credentials.uri, 'select 1')).rejects.toMatchObject({ code: '28P01' });
});

test('a change of the plans keeps the server of the gateway, also when everything shown is sent back', async () => {
  const { settings } = await shown();
  const plans = [{ id: 'p-own', name: 'own', description: 'Own', connectionLimit: 5 }];
  await change({ ...settings, plans });
  expect((await shown()).settings).toEqual({ ...settings, plans });
  const osb = await gateway.osb();
  const own = { ...plan, planId: 'p-own' };
  expect((await osb.provision('planned', own)).status).toBe(201);
  expect((await osb.bind('planned', 'binding', own)).body.credentials.port).toBe(await portOf('tenants'));
});

test('nobody but the gateway names its own servers', async () => {
  const forged = { embeddedServer: { host: '169.254.169.254', port: 80, username: 'x', password: 'x' } };
  const { body } = await admin.request('POST', '/admin/v1/backends', { body: { name: 'forged', type: 'postgresql', settings: forged } });
  expect(body.settings).toMatchObject({ embeddedServer: { host: '127.0.0.1' } });
  await admin.request('POST', '/admin/v1/backends/forged/disable');
  expect((await admin.request('DELETE', '/admin/v1/backends/forged')).status).toBe(200);
});
