import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { loadConfigFile, type Environment } from '#config';
import { type PasswordOrigin, BackendTypes, CatalogKeeper, CatalogLoop, OperationRunner, Outage, Timings } from '#core';
import { migrations } from '#migrations';
import { addRequestHooks } from '#osb-api';
import { bringUpToDate, createDatabase, proveSealingKeys, type DataSource } from '#persistence';
import { AesGcmSealer, Argon2idDigests, AuthenticationHook, parseSealingKeys } from '#security';
import { addRequestLog, addRequestMetrics, Metrics, NestLog, PinoJournal, Readiness } from '#telemetry';
import type { BackendType } from '#sdk';
import { limitAnswerTime } from './answer-time.js';
import { INSTALLED_BACKENDS, provideOwnServers } from './backends.js';
import { addNoStore, refuseCrossSiteWrites } from './browser-safety.js';
import { DataDir } from './data-dir.js';
import { FirstStart } from './first-start.js';
import { GatewayModule } from './gateway.module.js';
import { addFarewell, addJsonParser, createHttpAdapter } from './http-server.js';
import { OpenRequests } from './open-requests.js';
import { limitPipelinedRequests } from './pipelined-requests.js';
import { openOwnServers } from './open-own-servers.js';
import { endUnreadBodies } from './request-body.js';
import { startReport } from './start-report.js';
import { databaseProblem, listenProblem } from './start-problems.js';
import { urlOf } from './url-of.js';
import { stopGateway } from './stop-gateway.js';

export interface GatewayOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly timings?: Timings;
  /** Types installed beside the bundled ones. */
  readonly moreBackends?: readonly BackendType[];
}

/** A gateway that listens. */
export interface RunningGateway {
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Logins that were made up at this very start, to be told once. */
  readonly newLogins?: { readonly admin?: Login; readonly platform?: Login };
  /** The file that keeps what was made up, at this start or an earlier one. */
  readonly loginsFile?: string;
  /** The password made up here is not the platform's: it has one that another gateway made up, or somebody chose. */
  readonly platformKeepsPassword?: true;
  /** Asks load balancers to send nothing more, and takes what still comes. */
  drain(): void;
  /** Takes no new connections, lets running requests and operations end, then gives everything up. Idempotent. */
  stop(): Promise<void>;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Starts everything in order, and undoes what was started when something fails. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { environment, logger, timings = new Timings(), moreBackends = [] } = options;
  const journal = new PinoJournal(logger);
  const outage = new Outage(journal);
  const dataDir = await DataDir.open(environment.dataDir);
  const config = environment.configFile === undefined ? undefined : await loadConfigFile(environment.configFile);
  const sealer = new AesGcmSealer(parseSealingKeys(environment.sealingKeys ?? (await dataDir.sealingKeys())));
  const logins = await chooseLogins(environment, dataDir);
  // Slow by design: it is made while the database starts.
  const adminDigest = new Argon2idDigests().digest(logins.admin.password, originOf(logins.made.admin));

  const own = await openOwnServers(environment, dataDir, journal);
  const undo: (() => Promise<unknown>)[] = [() => own.stop()];
  try {
    const database = createDatabase({
      url: own.recordUrl,
      migrations,
      onPoolError: (error) => outage.connectionLost(error),
    });
    await connect(database, environment);
    undo.push(() => database.destroy());
    const applied = await bringUpToDate(database, environment.migrate);
    await proveSealingKeys(database, sealer);

    const { app, requests } = await createApp({
      environment,
      logger,
      database,
      sealer,
      outage,
      timings,
      types: new BackendTypes([...INSTALLED_BACKENDS, ...moreBackends]),
      admin: { username: logins.admin.username, passwordDigest: await adminDigest },
    });
    undo.push(() => app.close());

    await own.started();
    provideOwnServers(app, own);
    await app.get(CatalogKeeper).rebuild();
    // Beside a database of its own it was made up for that database: there it counts.
    const isPasswordMadeUp = logins.made.platform && environment.databaseUrl !== undefined;
    const signsIn = await app.get(FirstStart).apply(config, {
      ...environment.platform,
      ...logins.platform,
      isPasswordMadeUp,
      passwordOrigin: originOf(logins.made.platform),
    });
    const report = await startReport(app, applied);
    await app.get(CatalogLoop).start();
    app.get(OperationRunner).start();
    undo.push(() => app.get(OperationRunner).stop());
    const url = await listen(app, environment);
    app.get(Readiness).ready();
    journal.info('the gateway has started', { ...report });
    const stop = once(async () => {
      const operationsLeft = await stopGateway({ app, requests, database, timings, journal });
      await own.stop();
      journal.info('the gateway has stopped', { version: report.version, operationsLeft });
    });
    const drain = (): void => app.get(Readiness).draining();
    return { url, app, drain, stop, ...generated(logins, signsIn, dataDir) };
  } catch (error) {
    for (const step of undo.toReversed()) await step().catch(() => undefined);
    throw error;
  }
}

async function connect(database: DataSource, { databaseUrl }: Environment): Promise<void> {
  try {
    await database.initialize();
  } catch (error) {
    throw databaseUrl === undefined ? error : databaseProblem(error);
  }
}

/** Not by Nest, which logs what goes wrong with it: that is told once, in one line. */
async function listen(app: NestFastifyApplication, { port, host }: Environment): Promise<string> {
  const server = app.getHttpAdapter().getInstance();
  try {
    await server.listen({ port, host });
  } catch (error) {
    throw listenProblem(error, { port, host });
  }
  return urlOf(server.addresses()[0], host);
}

interface App {
  readonly app: NestFastifyApplication;
  readonly requests: OpenRequests;
}

async function createApp(parts: Parameters<typeof GatewayModule.of>[0]): Promise<App> {
  const app = await NestFactory.create<NestFastifyApplication>(await GatewayModule.of(parts), createHttpAdapter(parts.environment.trustProxy), {
    logger: new NestLog(parts.logger),
    bodyParser: false,
    abortOnError: false,
  });
  const server = app.getHttpAdapter().getInstance();
  limitPipelinedRequests(server);
  const requests = new OpenRequests(server);
  limitAnswerTime(server, parts.timings.answerMs);
  refuseCrossSiteWrites(server);
  addNoStore(server);
  addJsonParser(server);
  endUnreadBodies(server);
  addRequestHooks(server, app.get(AuthenticationHook).authenticate);
  addRequestLog(server, parts.logger);
  addRequestMetrics(server, app.get(Metrics));
  addFarewell(server, () => app.get(Readiness).current() === 'draining');
  await app.init();
  return { app, requests };
}

interface Logins {
  readonly admin: Login;
  readonly platform: Login;
  readonly made: { readonly admin: boolean; readonly platform: boolean };
  readonly isNew: boolean;
}

const originOf = (isMade: boolean): PasswordOrigin => (isMade ? 'generated' : 'chosen');

/** Passwords that are not configured are made up once and kept in `DATA_DIR`. */
async function chooseLogins({ admin, platform }: Environment, dataDir: DataDir): Promise<Logins> {
  const needsMade = admin.password === undefined || platform.password === undefined;
  const made = needsMade ? await dataDir.credentials() : undefined;
  return {
    admin: { username: admin.username, password: admin.password ?? (made?.admin as string) },
    platform: { username: platform.username, password: platform.password ?? (made?.platform as string) },
    made: { admin: admin.password === undefined, platform: platform.password === undefined },
    isNew: made?.isNew === true,
  };
}

function generated(
  { admin, platform, made, isNew }: Logins,
  signsIn: boolean,
  dataDir: DataDir,
): Pick<RunningGateway, 'newLogins' | 'loginsFile' | 'platformKeepsPassword'> {
  const kept = signsIn ? {} : { platformKeepsPassword: true as const };
  const good = { ...(made.admin ? { admin } : {}), ...(made.platform && signsIn ? { platform } : {}) };
  if (Object.keys(good).length === 0) return kept;
  return { ...kept, loginsFile: dataDir.credentialsFile, ...(isNew ? { newLogins: good } : {}) };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
