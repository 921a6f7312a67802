import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { GatewayHome } from '../support/gateway-process.js';

let home: GatewayHome;
beforeAll(async () => (home = await GatewayHome.make()));
afterAll(() => home.remove());

test('a gateway starts although the server for tenants does not, serves the rest, and has it back when it starts', async () => {
  const folder = join(home.dataDir, 'tenants');
  await writeFile(folder, 'not a folder');
  const gateway = await home.start();
  const [osb, admin] = [await gateway.osb(), await gateway.admin()];
  expect((await osb.provision('demo', await gateway.plan('demo', 'demo'))).status).toBe(201);
  const { body } = await admin.request('GET', '/admin/v1/backends/postgresql');
  expect(body.catalog.failure).toContain('no PostgreSQL server is named for new instances');
  expect(gateway.lines).toContainEqual(expect.stringContaining('embedded PostgreSQL cannot be started yet'));

  await rename(folder, `${folder}-aside`);
  // It is tried again after 1 s, 2 s, 4 s and so on.
  const isOffered = async (): Promise<boolean> => {
    const { body: refreshed } = await admin.request('POST', '/admin/v1/backends/postgresql/refresh');
    return refreshed.backend.catalog.services === 1;
  };
  while (!(await isOffered())) await pause(100);
  expect((await osb.provision('later', await gateway.plan('postgresql', 'small'))).status).toBe(201);
  expect(await gateway.kill('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
});
