import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readEnvironment, VARIABLES } from '#config';
import { PROJECT, sourceEntries } from './tree.js';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
}

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const read = (path: string): Promise<string> => readFile(join(PROJECT, path), 'utf8');
const manifest = async (): Promise<Manifest> => JSON.parse(await read('package.json')) as Manifest;

async function service(name: string): Promise<Service> {
  const { services } = parse(await read('docker-compose.yml')) as { services: Record<string, Service> };
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
    SEALING_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
    ADMIN_PASSWORD: 'admin-password',
    PLATFORM_PASSWORD: 'platform-password',
  };

  test('sets only variables the gateway knows', async () => {
    const { environment } = await service('gateway');
    expect(Object.keys(environment).filter((name) => !(name in VARIABLES))).toEqual([]);
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

  test('waits for a PostgreSQL 18 that answers and keeps its data', async () => {
    const [gateway, database] = [await service('gateway'), await service('database')];
    expect(gateway.depends_on).toEqual({ database: { condition: 'service_healthy' } });
    expect(database.image).toBe('postgres:18');
    expect(database.healthcheck?.test).toContain('pg_isready');
    // The images of PostgreSQL 18 and later keep their data one folder up from where older ones did.
    expect(database.volumes).toEqual(['database:/var/lib/postgresql']);
  });
});

describe('the image', () => {
  test('is built on the Node version the project is tested with', async () => {
    const major = /\d+/.exec((await manifest()).dependencies.node ?? '')?.[0];
    const bases = [...(await read('Dockerfile')).matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases).toEqual([`node:${major}-bookworm-slim`, `node:${major}-bookworm-slim`]);
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
