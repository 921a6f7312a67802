import { z } from 'zod';
import { providedSetting, secretSetting } from '#sdk';
import { localeSettings } from './database-locale.js';
import { SSL_MODES } from './ssl-mode.js';

const name = z.string().min(1).max(255);
const folder = z.string().min(1).max(4_096);
const port = z.int().min(1).max(65_535);

const plan = z.strictObject({
  id: name,
  name,
  description: z.string().min(1).max(1_000),
  connectionLimit: z.int().min(1).max(10_000).meta({ description: 'Connections per database, and per binding.' }),
  extensions: z
    .array(z.string().regex(/^[a-z0-9_-]{1,63}$/))
    .max(50)
    .optional()
    .meta({ description: 'Extensions created in every new database of this plan.' }),
});

/** A plan as the operator describes it. */
export type PostgresqlPlan = z.infer<typeof plan>;

const shape = z.strictObject({
  host: name.optional().meta({ description: 'The server for new instances. Absent: the embedded one for tenants, where there is one.' }),
  port: port.optional().meta({ description: '5432 when absent.' }),
  username: name.optional().meta({ description: 'A superuser, or a role with CREATEDB and CREATEROLE.' }),
  password: secretSetting().optional(),
  database: name.optional().meta({ description: 'The database the gateway signs in to. "postgres" when absent.' }),
  ssl: z.enum(SSL_MODES).optional().meta({ description: '"disable" when absent.' }),
  caCertificate: z.string().min(1).max(65_536).optional().meta({ description: 'PEM, for "verify-ca" and "verify-full".' }),
  dedicated: z.boolean().optional().meta({
    description: 'Only this gateway uses the server: CONNECT on "postgres" and "template1" is taken from PUBLIC.',
  }),
  dataDirectory: folder.optional().meta({
    description: "A folder of the gateway's machine on the disk of the server's data: tenants become read-only while it is nearly full.",
  }),
  ...localeSettings,
  publicHost: name.optional().meta({ description: 'The host in credentials, where it differs from "host".' }),
  publicPort: port.optional().meta({ description: 'The port in credentials, where it differs from "port".' }),
  serviceId: name.optional(),
  serviceName: name.optional(),
  plans: z.array(plan).min(1).max(50).optional(),
  embeddedServer: providedSetting(
    z.strictObject({ host: name, port, username: name, password: secretSetting(), dataDirectory: folder.optional() }),
    'The embedded PostgreSQL for tenants: takes new instances where "host" is absent.',
  ),
  recordServer: providedSetting(
    z.strictObject({ url: secretSetting(), dedicated: z.boolean().optional() }),
    "The server that keeps the gateway's record: has instances that release 0.1 made there, and takes no new ones.",
  ),
});

export type PostgresqlSettings = z.infer<typeof shape>;

const ONLY_WITH_HOST = ['port', 'username', 'password', 'database', 'ssl', 'caCertificate', 'dedicated', 'dataDirectory'] as const;

/** The shape of the settings; what cannot work together is refused with the way out. */
export const postgresqlSettings = shape.superRefine((settings, context) => {
  const refuse = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });

  if (settings.host === undefined) {
    for (const key of ONLY_WITH_HOST) {
      if (settings[key] !== undefined) refuse(key, `"${key}" describes a server of your own: set "host" too`);
    }
  } else {
    if (settings.username === undefined) refuse('username', '"host" needs "username" and "password"');
    if (settings.password === undefined) refuse('password', '"host" needs "username" and "password"');
  }
  const isVerified = settings.ssl === 'verify-ca' || settings.ssl === 'verify-full';
  if (settings.caCertificate !== undefined && !isVerified) {
    refuse('caCertificate', '"caCertificate" is read with "ssl": "verify-ca" or "verify-full" only');
  }
  if (settings.caCertificate === undefined && settings.ssl === 'verify-ca') {
    refuse('ssl', '"verify-ca" needs a "caCertificate": anybody can have a certificate of a public authority');
  }
  if (settings.localeProvider !== undefined && settings.locale === undefined) {
    refuse('localeProvider', '"localeProvider" says who provides "locale": set that, too');
  }
  if (settings.serviceId !== undefined && (settings.serviceName === undefined || settings.plans === undefined)) {
    refuse('serviceId', 'a second service needs a "serviceName" and "plans" with ids of their own, too');
  }
  for (const key of ['id', 'name'] as const) {
    const values = (settings.plans ?? []).map((each) => each[key]);
    if (new Set(values).size < values.length) refuse('plans', `two plans have the same ${key}`);
  }
});
