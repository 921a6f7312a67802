import { z } from 'zod';
import { allowedHosts } from './allowed-hosts.js';
import { NAME } from './name.js';
import { sealingKeys } from './sealing-keys.js';
import { trustProxy } from './trust-proxy.js';
import { PLATFORM_KINDS } from './platform-kinds.js';

/** One environment variable, as the reference (docs/reference/configuration.md) shows it. */
export interface Variable<T = unknown> {
  /** What a good value is; completes the sentence "must be …". */
  readonly type: string;
  /** What holds when it is not set; "none" where nothing does. */
  readonly default: string;
  readonly sentence: string;
  /** Never shown, not even when wrong. */
  readonly secret?: true;
  readonly schema: z.ZodType<T, string>;
}

const text = z.string().regex(/^\P{Cc}*$/u, 'has control characters');
const userName = text.regex(/^[^:]*$/, 'has a colon, which HTTP Basic cannot carry');
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'is not a number')
  .transform(Number)
  .refine((number) => number <= 65_535, 'is out of range');
const seconds = z
  .string()
  .regex(/^\d{1,2}$/, 'is not such a number')
  .transform(Number)
  .refine((number) => number <= 60, 'is out of range');
const webUrl = text.refine(isWebUrl, 'is not such an address');
const postgresUrl = text.refine(isPostgresUrl, 'is not such an address');

/** Every variable the gateway reads. An empty one counts as not set. */
export const VARIABLES = {
  PORT: {
    type: 'a port number, 0 to 65535',
    default: '8080',
    sentence: 'Port to listen on; 0 takes a free one.',
    schema: port,
  },
  HOST: {
    type: 'an address or host name of this machine',
    default: '127.0.0.1',
    sentence: 'Where to listen; 0.0.0.0 listens on every IPv4 address.',
    schema: text,
  },
  DATABASE_URL: {
    type: 'an address like postgres://user:password@host:5432/database',
    default: 'none: an embedded PostgreSQL',
    sentence: 'The PostgreSQL database that keeps the record. Without it the gateway runs its own under DATA_DIR.',
    secret: true,
    schema: postgresUrl,
  },
  DATA_DIR: {
    type: 'a folder',
    default: '.data',
    sentence: 'Holds what the gateway makes for itself: embedded databases, sealing key, passwords. Keep it private.',
    schema: text,
  },
  MIGRATE: {
    type: '"auto" or "check"',
    default: 'auto; check with DATABASE_URL',
    sentence: 'auto brings the schema up to date at start; check refuses to start on a schema that is behind.',
    schema: z.enum(['auto', 'check'], 'is neither'),
  },
  CONFIG_FILE: {
    type: 'the path of a YAML file',
    default: 'none',
    sentence: 'Declares backends and platforms; see config/gateway.example.yaml.',
    schema: text,
  },
  ADMIN_USERNAME: {
    type: 'a name without a colon',
    default: 'admin',
    sentence: 'User name of the administrator.',
    schema: userName,
  },
  ADMIN_PASSWORD: {
    type: 'text without control characters',
    default: 'generated into DATA_DIR',
    sentence: 'Password of the administrator.',
    secret: true,
    schema: text,
  },
  PLATFORM_NAME: {
    type: '1 to 63 lower-case letters, digits or "-", with no "-" at either end',
    default: 'default',
    sentence: 'Name of the first platform.',
    schema: z.string().regex(NAME, 'is not such a name'),
  },
  PLATFORM_USERNAME: {
    type: 'a name without a colon',
    default: 'platform',
    sentence: 'User name the first platform signs in with.',
    schema: userName,
  },
  PLATFORM_PASSWORD: {
    type: 'text without control characters',
    default: 'generated into DATA_DIR',
    sentence: 'Password the first platform signs in with. With DATABASE_URL, a generated one replaces none that is there.',
    secret: true,
    schema: text,
  },
  PLATFORM_KIND: {
    type: '"cloudfoundry", "korifi", "kubernetes", "crossplane" or "other"',
    default: 'other',
    sentence: 'Kind of the first platform: what it is shown and how it is answered (docs/reference/platforms.md).',
    schema: z.enum(PLATFORM_KINDS, 'is none of them'),
  },
  SEALING_KEYS: {
    type: 'id:key[,id:key…], each key 32 bytes in base64 (openssl rand -base64 32)',
    default: 'required with DATABASE_URL; otherwise generated into DATA_DIR',
    sentence: 'Keys that seal secrets at rest: the first seals, all of them open. Lost keys are lost secrets.',
    secret: true,
    schema: sealingKeys,
  },
  LOG_LEVEL: {
    type: '"fatal", "error", "warn", "info", "debug", "trace" or "silent"',
    default: 'info',
    sentence: 'The least severe log lines that are written.',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'is none of them'),
  },
  BACKEND_ALLOWED_HOSTS: {
    type: 'a comma list of host names, addresses and networks (10.0.0.0/8)',
    default: 'none with DATABASE_URL; otherwise 127.0.0.0/8,::1,localhost',
    sentence: 'Hosts that backends may call although their address is a loopback, link-local or cloud metadata one.',
    schema: allowedHosts,
  },
  TRUST_PROXY: {
    type: 'a comma list of addresses and networks (10.0.0.0/8), or a number of proxies, 1 to 16',
    default: 'none',
    sentence: 'Proxies in front whose X-Forwarded-For tells the address of a client. Wrong passwords are counted by it.',
    schema: trustProxy,
  },
  DRAIN_SECONDS: {
    type: 'a whole number of seconds, 0 to 60',
    default: '5 with DATABASE_URL; otherwise 0',
    sentence: 'How long a gateway told to stop goes on taking requests, so that load balancers notice first.',
    schema: seconds,
  },
  GATEWAY_URL: {
    type: 'an address like http://127.0.0.1:8080',
    default: 'from HOST and PORT',
    sentence: 'For the commands beside the gateway, such as npm run tour: where it listens.',
    schema: webUrl,
  },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;

function isWebUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function isPostgresUrl(value: string): boolean {
  return URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol);
}
