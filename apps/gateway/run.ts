import 'reflect-metadata';
import { ConfigurationError, loadEnvironment } from '#config';
import { EmbeddedPostgresError, SchemaError, SealingKeysError } from '#persistence';
import { createLogger } from '#telemetry';
import { leave } from './leave.js';
import { startGateway, type Login, type RunningGateway } from './start-gateway.js';

/** Errors whose message is for the operator, in one line with the way out. */
const FOR_OPERATORS = [ConfigurationError, EmbeddedPostgresError, SchemaError, SealingKeysError];

async function main(): Promise<void> {
  const environment = loadEnvironment();
  const logger = createLogger(environment.logLevel);
  const gateway = await startGateway({ environment, logger });
  greet(gateway);
  process.once('SIGTERM', () => void leave(gateway, environment.drainSeconds).catch(fail));
  // Whoever presses Ctrl-C has no load balancer in front.
  process.once('SIGINT', () => void leave(gateway, 0).catch(fail));
}

const KEEPS_PASSWORD = '  platform keeps the password it has on this database; PLATFORM_PASSWORD sets a new one, for all gateways';

function greet({ url, newLogins, loginsFile, platformKeepsPassword }: RunningGateway): void {
  const lines = [
    `OSB Gateway listens on ${url}`,
    `  catalog  curl -u platform:… -H 'X-Broker-API-Version: 2.17' ${url}/v2/catalog`,
    `  admin    curl -u admin:… ${url}/admin/v1/backends   (${url}/admin/v1/openapi.json)`,
    `  health   ${url}/health/ready`,
  ];
  if (newLogins) {
    lines.push(`Generated logins, shown this once and kept in ${loginsFile}:`);
    lines.push(...loginLine('platform', newLogins.platform), ...loginLine('admin', newLogins.admin));
  } else if (loginsFile) {
    lines.push(`  logins   generated ones are kept in ${loginsFile}`);
  }
  if (platformKeepsPassword) lines.push(KEEPS_PASSWORD);
  process.stdout.write(`${lines.join('\n')}\n`);
}

const loginLine = (what: string, login: Login | undefined): string[] =>
  login ? [`  ${what.padEnd(8)} ${login.username}:${login.password}`] : [];

function fail(error: unknown): void {
  const isForOperators = FOR_OPERATORS.some((kind) => error instanceof kind);
  process.stderr.write(`${isForOperators ? (error as Error).message : describe(error)}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().catch(fail);
