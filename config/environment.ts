import type { z } from 'zod';
import type { TrustProxy } from './trust-proxy.js';
import { ConfigurationError } from './configuration-error.js';
import { type Variable, type VariableName, VARIABLES } from './variables.js';

/** Environment variables as the operating system gives them. */
export type Variables = Readonly<Record<string, string | undefined>>;

type Value<N extends VariableName> = z.output<(typeof VARIABLES)[N]['schema']>;

/** What the environment says, checked and with every default filled in. */
export interface Environment {
  readonly port: number;
  readonly host: string;
  /** Absent: the embedded database under {@link Environment.dataDir}. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  readonly migrate: Value<'MIGRATE'>;
  readonly configFile?: string;
  readonly admin: { readonly username: string; readonly password?: string };
  readonly platform: {
    readonly name: string;
    readonly username: string;
    readonly password?: string;
    readonly kind: Value<'PLATFORM_KIND'>;
  };
  /** `id:base64[,id:base64…]`, checked. Always present with a `databaseUrl`; absent: kept under `dataDir`. */
  readonly sealingKeys?: string;
  readonly logLevel: Value<'LOG_LEVEL'>;
  /** Host names, addresses and networks in CIDR form, in lower case. */
  readonly backendAllowedHosts: readonly string[];
  /** The proxies whose X-Forwarded headers are believed; none: an empty list. */
  readonly trustProxy: TrustProxy;
  /** How long requests are taken after SIGTERM. */
  readonly drainSeconds: number;
  /** Where the commands beside the gateway find it. */
  readonly gatewayUrl: string;
}

const LOOPBACK = ['127.0.0.0/8', '::1', 'localhost'];

/** Reads the variables. Throws a {@link ConfigurationError} on the first that is wrong. */
export function readEnvironment(env: Variables): Environment {
  const databaseUrl = read(env, 'DATABASE_URL');
  const embedded = databaseUrl === undefined;
  return {
    port: readOrDefault(env, 'PORT'),
    host: readOrDefault(env, 'HOST'),
    ...present('databaseUrl', databaseUrl),
    dataDir: readOrDefault(env, 'DATA_DIR'),
    migrate: read(env, 'MIGRATE') ?? (embedded ? 'auto' : 'check'),
    ...present('configFile', read(env, 'CONFIG_FILE')),
    admin: {
      username: readOrDefault(env, 'ADMIN_USERNAME'),
      ...present('password', read(env, 'ADMIN_PASSWORD')),
    },
    platform: {
      name: readOrDefault(env, 'PLATFORM_NAME'),
      username: readOrDefault(env, 'PLATFORM_USERNAME'),
      ...present('password', read(env, 'PLATFORM_PASSWORD')),
      kind: readOrDefault(env, 'PLATFORM_KIND'),
    },
    ...present('sealingKeys', embedded ? read(env, 'SEALING_KEYS') : readRequired(env, 'SEALING_KEYS', 'DATABASE_URL')),
    logLevel: readOrDefault(env, 'LOG_LEVEL'),
    backendAllowedHosts: read(env, 'BACKEND_ALLOWED_HOSTS') ?? (embedded ? LOOPBACK : []),
    trustProxy: read(env, 'TRUST_PROXY') ?? [],
    drainSeconds: read(env, 'DRAIN_SECONDS') ?? (embedded ? 0 : 5),
    gatewayUrl: read(env, 'GATEWAY_URL') ?? urlOf(readOrDefault(env, 'HOST'), readOrDefault(env, 'PORT')),
  };
}

/** The environment of this process. */
export function loadEnvironment(): Environment {
  return readEnvironment(processVariables());
}

/** The database to migrate. Looks at no other variable: who migrates need not know the secrets of a gateway. */
export function loadDatabaseUrl(): string {
  const url = read(processVariables(), 'DATABASE_URL');
  if (url !== undefined) return url;
  throw new ConfigurationError(`DATABASE_URL is missing: it names the database to migrate. Set it to ${VARIABLES.DATABASE_URL.type}.`);
}

/** The variables of this process, for the references in the configuration file. */
export function processVariables(): Variables {
  return process.env;
}

/** A gateway that listens on every address is found on the loopback one. */
function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function read<N extends VariableName>(env: Variables, name: N): Value<N> | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  const variable: Variable = VARIABLES[name];
  const parsed = variable.schema.safeParse(value);
  if (!parsed.success) throw refusal(name, value, parsed.error.issues);
  return parsed.data as Value<N>;
}

/** For variables whose default in the table is a value, not an explanation. */
function readOrDefault<N extends VariableName>(env: Variables, name: N): Value<N> {
  return read(env, name) ?? (VARIABLES[name].schema.parse(VARIABLES[name].default) as Value<N>);
}

function readRequired<N extends VariableName>(env: Variables, name: N, because: VariableName): Value<N> {
  const value = read(env, name);
  if (value !== undefined) return value;
  throw new ConfigurationError(`${name} is missing, and ${because} needs it. Set it to ${VARIABLES[name].type}.`);
}

function refusal(name: VariableName, value: string, issues: readonly z.core.$ZodIssue[]): ConfigurationError {
  const variable: Variable = VARIABLES[name];
  const [{ path: [index], message } = { path: [], message: 'is wrong' }] = issues;
  const entry = typeof index === 'number' ? ` entry ${index + 1}` : '';
  const shown = variable.secret ? '' : ` (${JSON.stringify(value.slice(0, 200))})`;
  return new ConfigurationError(`${name}${shown}${entry} ${message}. It must be ${variable.type}.`);
}

/** An optional property is absent rather than undefined. */
function present<K extends string, T>(key: K, value: T | undefined): { readonly [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]?: T });
}
