import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '#config';
import { BackendStore, RegisterBackend, RegisterPlatform, Timings, type Backend } from '#core';
import { createLogger } from '#telemetry';
import type { BackendType, PlatformKind } from '#sdk';
import { startGateway, type RunningGateway } from '../../apps/gateway/start-gateway.js';
import { GATEWAY_TEMPLATE } from './gateway-template.js';
import { basic, HttpClient } from './http-client.js';
import { OsbClient, type PlanIds } from './osb-client.js';
import { createDatabase, testServerUrl, type TestDatabase } from './postgres.js';

export const TEST_SEALING_KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`;

/** The durations of the lifecycle, short enough for tests. */
export const TEST_TIMINGS = {
  budgetMs: 5_000,
  callMs: 2_000,
  leaseMs: 2_000,
  tickMs: 50,
  firstPollMs: 50,
  longestPollMs: 500,
  longestRetryMs: 500,
} satisfies Partial<Timings>;

export interface TestGatewayOptions {
  /** On this database instead of a new one, for restarts and replicas. */
  readonly database?: TestDatabase;
  readonly timings?: Partial<Timings>;
  readonly env?: Readonly<Record<string, string>>;
  readonly moreBackends?: readonly BackendType[];
}

const PLATFORM = { username: 'platform', password: 'platform-password' };
const ADMIN = { username: 'admin', password: 'admin-password' };

/** What a gateway on this database is started with, in this process or as a program. */
export function testVariables({ url }: TestDatabase): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: url,
    SEALING_KEYS: TEST_SEALING_KEYS,
    ADMIN_PASSWORD: ADMIN.password,
    PLATFORM_PASSWORD: PLATFORM.password,
    BACKEND_ALLOWED_HOSTS: '127.0.0.0/8,localhost',
  };
}

/** The settings of a `postgresql` backend on the server of this test run. */
export function tenantServer(): Readonly<Record<string, unknown>> {
  const { hostname: host, port, username, password } = new URL(testServerUrl());
  return { host, port: Number(port), username, password: decodeURIComponent(password) };
}

/**
 * The bundled backends, with the server of this test run for tenants. With a database of one's own the gateway has none.
 *
 * @returns the path of a configuration file in that folder
 */
async function bundledBackends(folder: string): Promise<string> {
  const backends = [
    { name: 'demo', type: 'demo' },
    { name: 'postgresql', type: 'postgresql', settings: tenantServer() },
  ];
  const file = join(folder, 'bundled.yaml');
  await writeFile(file, JSON.stringify({ backends }));
  return file;
}

/** A whole gateway in this process, with a database of its own, the bundled backends, and clients to talk to it. */
export class TestGateway {
  private readonly clients: { close(): Promise<void> }[] = [];

  private constructor(
    readonly gateway: RunningGateway,
    readonly database: TestDatabase,
    readonly logLines: string[],
    private readonly dataDir: string,
    private readonly ownsDatabase: boolean,
  ) {}

  static async start(options: TestGatewayOptions = {}): Promise<TestGateway> {
    const database = options.database ?? (await createDatabase(GATEWAY_TEMPLATE));
    const dataDir = await mkdtemp(join(tmpdir(), 'osb-gateway-data-'));
    const logLines: string[] = [];
    const gateway = await startGateway({
      environment: readEnvironment({
        PORT: '0',
        DATA_DIR: dataDir,
        CONFIG_FILE: await bundledBackends(dataDir),
        ...testVariables(database),
        ...options.env,
      }),
      logger: createLogger('info', { write: (line) => void logLines.push(line) }),
      timings: new Timings({ ...TEST_TIMINGS, ...options.timings }),
      ...(options.moreBackends ? { moreBackends: options.moreBackends } : {}),
    });
    return new TestGateway(gateway, database, logLines, dataDir, options.database === undefined);
  }

  get url(): string {
    return this.gateway.url;
  }

  /** The first platform, or another one by its login. */
  osb(login = PLATFORM, apiVersion = '2.17'): OsbClient {
    return this.kept(new OsbClient(this.url, login.username, login.password, apiVersion));
  }

  admin(): HttpClient {
    return this.kept(new HttpClient(this.url, { authorization: basic(ADMIN.username, ADMIN.password) }));
  }

  /** Registers one more platform and gives its client. */
  async platform(name: string, kind: PlatformKind = 'other', apiVersion = '2.17'): Promise<OsbClient> {
    const login = { username: `${name}-user`, password: `${name}-password` };
    await this.gateway.app.get(RegisterPlatform).execute({ operator: { name: 'test' }, name, kind, ...login });
    return this.osb(login, apiVersion);
  }

  register(name: string, type: string, settings: Record<string, unknown> = {}): Promise<Backend> {
    return this.gateway.app.get(RegisterBackend).execute({ operator: { name: 'test' }, name, type, settings, enabled: true });
  }

  backends(): Promise<Backend[]> {
    return this.gateway.app.get(BackendStore).all();
  }

  /** The ids of a plan by the names in the catalog. */
  async plan(serviceName: string, planName: string): Promise<PlanIds> {
    const { body } = await this.osb().catalog();
    const service = body['services'].find((each: { name: string }) => each.name === serviceName);
    const plan = service?.plans.find((each: { name: string }) => each.name === planName);
    if (!plan) throw new Error(`plan ${planName} of ${serviceName} is not in the catalog`);
    return { serviceId: service.id, planId: plan.id };
  }

  /** Stops the gateway and keeps its database, for a restart on it. */
  async stopKeepingDatabase(): Promise<TestDatabase> {
    await Promise.all(this.clients.map((client) => client.close()));
    await this.gateway.stop();
    await rm(this.dataDir, { recursive: true, force: true });
    return this.database;
  }

  async stop(): Promise<void> {
    await this.stopKeepingDatabase();
    if (this.ownsDatabase) await this.database.drop();
  }

  private kept<T extends { close(): Promise<void> }>(client: T): T {
    this.clients.push(client);
    return client;
  }
}
