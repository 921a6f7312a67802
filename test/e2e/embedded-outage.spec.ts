import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayHome } from '../support/gateway-process.js';
import { eventually } from './eventually.js';

let home: GatewayHome;
beforeAll(async () => (home = await GatewayHome.make()));
afterAll(() => home.remove());

test('an embedded Postgres that was killed is started again by its gateway, as often as it takes, and ends with it', async () => {
  const gateway = await home.start();
  const osb = await gateway.osb();
  const plan = await gateway.plan('demo', 'demo');
  const pidFile = join(home.dataDir, 'postgres', 'cluster', 'postmaster.pid');
  const serverPid = async (): Promise<number> => Number(/^\d+/.exec(await readFile(pidFile, 'utf8'))?.[0]);
  expect((await osb.provision('instance-0', plan)).status).toBe(201);

  for (const round of [1, 2]) {
    const pid = await serverPid();
    process.kill(pid, 'SIGKILL');
    await eventually(() => serverPid().catch(() => pid), (found) => found !== pid);
    let attempt = 0;
    const provision = () => osb.provision(`instance-${round}-${(attempt += 1)}`, plan);
    expect((await eventually(provision, ({ status }) => status < 300)).status).toBe(201);
    expect((await osb.fetch('instance-0')).status).toBe(200);
  }

  expect(await gateway.kill('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(pidFile)).toBe(false);
});
