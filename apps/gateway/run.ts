import 'reflect-metadata';
import { ConfigurationError, loadEnvironment } from '#config';
import { EmbeddedPostgresError, SchemaError, SealingKeysError } from '#persistence';
import { createLogger } from '#telemetry';
import { greeting } from './greeting.js';
import { leave } from './leave.js';
import { startGateway } from './start-gateway.js';

/** Errors whose message is for the operator, in one line with the way out. */
const FOR_OPERATORS = [ConfigurationError, EmbeddedPostgresError, SchemaError, SealingKeysError];

async function main(): Promise<void> {
  const environment = loadEnvironment();
  const logger = createLogger(environment.logLevel);
  const gateway = await startGateway({ environment, logger });
  process.stdout.write(greeting(gateway, process.stdout.isTTY));
  process.once('SIGTERM', () => void leave(gateway, environment.drainSeconds).catch(fail));
  // Whoever presses Ctrl-C has no load balancer in front.
  process.once('SIGINT', () => void leave(gateway, 0).catch(fail));
}

function fail(error: unknown): void {
  const isForOperators = FOR_OPERATORS.some((kind) => error instanceof kind);
  process.stderr.write(`${isForOperators ? (error as Error).message : describe(error)}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().catch(fail);
