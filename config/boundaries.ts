/**
 * The one table of doors. The lint (.dependency-cruiser.mjs) is built from it, and Node reads this file there without
 * a build: it imports nothing and holds only what can be erased.
 *
 * A room is a folder that is entered only by its `#name` and its single index.ts. `*` stands for one folder name.
 * Behind each room: the rooms it may enter.
 */
export const ROOMS = {
  sdk: [],
  'sdk/expressions': [],
  'sdk/testing': ['sdk'],
  core: ['sdk'],
  persistence: ['core', 'sdk'],
  security: ['core', 'sdk'],
  telemetry: ['core'],
  'osb-api': ['core', 'sdk', 'security'],
  'admin-api': ['core', 'sdk', 'security'],
  'backends/*': ['sdk', 'sdk/expressions'],
  config: [],
  migrations: ['config', 'persistence'],
  'apps/*': everyRoom(),
  test: [...everyRoom(), 'apps/*'],
} as const satisfies Record<string, readonly string[]>;

export type RoomName = keyof typeof ROOMS;

/** Has no index.ts: an app is started, and a test is run, never entered by name. */
export const ROOMS_WITHOUT_DOOR: readonly RoomName[] = ['apps/*', 'test'];

/** Contract suites and fakes: entered by spec files and tests only, since it is not part of the build. */
export const TESTING_ROOM: RoomName = 'sdk/testing';

export interface PackageDoor {
  /** npm packages and Node modules; `*` stands for one name of a scope. */
  readonly packages: readonly string[];
  /** The only rooms that may import them; a single backend by its own name. */
  readonly rooms: readonly string[];
  readonly because: string;
}

const WIRE = ['security', 'telemetry', 'osb-api', 'admin-api', 'apps/*', 'test'];

/** Packages kept to some rooms. Every other package is free. */
export const PACKAGES: readonly PackageDoor[] = [
  {
    packages: ['@bufbuild/*'],
    rooms: ['sdk/expressions'],
    because: 'expressions are evaluated on a thread, within bounds',
  },
  {
    packages: ['typeorm', '@nestjs/typeorm'],
    rooms: ['persistence', 'migrations'],
    because: 'domain objects are not entities',
  },
  {
    packages: ['pg', 'pg-*'],
    rooms: ['persistence', 'backends/postgresql', 'apps/*', 'test'],
    because: 'SQL is spoken in the stores and by the backend that serves databases',
  },
  {
    packages: ['passport', 'passport-*', '@nestjs/passport'],
    rooms: ['security'],
    because: 'who asks is settled in one room',
  },
  {
    packages: ['fastify', '@fastify/*', '@nestjs/platform-fastify', '@nestjs/swagger'],
    rooms: WIRE,
    because: 'the domain and the backends know nothing of the HTTP server',
  },
  {
    packages: ['undici', 'node:http', 'node:https', 'node:http2'],
    rooms: ['backends/*', ...WIRE],
    because: 'neither the domain nor the store speaks HTTP',
  },
  {
    packages: ['@nestjs/config', 'node:process'],
    rooms: ['config', 'test'],
    because: 'config is the only reader of the environment',
  },
];

/** The only places where `process.env` may stand; tests start gateways with environments of their own. */
export const ENVIRONMENT_READERS: readonly string[] = ['config/environment.ts', 'test/'];

/** All that core and the sdk may take from `@nestjs/common`; much of the rest is HTTP. */
export const NEST_NAMES_IN_CORE: readonly string[] = [
  'BeforeApplicationShutdown',
  'DynamicModule',
  'Inject',
  'Injectable',
  'Logger',
  'Module',
  'ModuleMetadata',
  'OnApplicationBootstrap',
  'OnApplicationShutdown',
  'OnModuleDestroy',
  'OnModuleInit',
  'Optional',
  'Provider',
];

/** The folder of a room, from the root of the project. */
export function folderOf(room: string): string {
  return /^(apps\/|config$|migrations$|test$)/.test(room) ? room : `libs/${room}`;
}

function everyRoom() {
  return [
    'sdk',
    'sdk/expressions',
    'sdk/testing',
    'core',
    'persistence',
    'security',
    'telemetry',
    'osb-api',
    'admin-api',
    'backends/*',
    'config',
    'migrations',
  ] as const;
}
