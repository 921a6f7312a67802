import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { startEmbeddedPostgres } from '#persistence';
import { basic, HttpClient } from './http-client.js';
import { OsbClient, type PlanIds } from './osb-client.js';

const HERE = import.meta.dirname;

/** The root of the installation whose build is started, also by what is built itself. */
export const INSTALLATION = resolve(HERE, HERE.includes(`${sep}dist${sep}`) ? '../../..' : '../..');

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Another installation: a folder with dist, package.json and node_modules. */
  readonly installation?: string;
}

/** How a start that was refused, or a gateway that was stopped, ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A data folder of its own and the gateways that are started on it, as child processes running the build. */
export class GatewayHome {
  private readonly gateways: GatewayProcess[] = [];

  private constructor(readonly dataDir: string) {}

  static async make(): Promise<GatewayHome> {
    return new GatewayHome(await mkdtemp(join(tmpdir(), 'osb-gateway-home-')));
  }

  /** Resolves when the gateway listens; fails with what it said when it does not. */
  async start(options: ProcessOptions = {}): Promise<GatewayProcess> {
    const gateway = new GatewayProcess(this.dataDir, options);
    this.gateways.push(gateway);
    await gateway.listens();
    return gateway;
  }

  /** For a start that must fail: how it ended. */
  async refusal(env: Readonly<Record<string, string>>): Promise<Exit> {
    const gateway = new GatewayProcess(this.dataDir, { env });
    this.gateways.push(gateway);
    return gateway.ended;
  }

  /** Ends what still runs, the servers a killed gateway left included, and removes the folder. */
  async remove(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.kill('SIGKILL')));
    await Promise.all(['postgres', 'tenants'].map((name) => stopLeftOver(join(this.dataDir, name))));
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

async function stopLeftOver(dataDir: string): Promise<void> {
  if (!existsSync(join(dataDir, 'cluster', 'postmaster.pid'))) return;
  const leftOver = await startEmbeddedPostgres({ dataDir, log: { info() {}, warn() {} } });
  await leftOver.stop();
}

/** One gateway that runs as it does for an operator. */
export class GatewayProcess {
  readonly ended: Promise<Exit>;
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly clients: { close(): Promise<void> }[] = [];
  private readonly listening = Promise.withResolvers<string>();
  private address = '';

  constructor(
    private readonly dataDir: string,
    { env = {}, installation = INSTALLATION }: ProcessOptions,
  ) {
    const node = join(INSTALLATION, 'node_modules/.bin/node');
    const variables = { DATA_DIR: dataDir, PORT: '0', DRAIN_SECONDS: '0', ...env };
    this.child = spawn(node, [join(installation, 'dist/apps/gateway/main.js')], { cwd: dataDir, env: variables, stdio: 'pipe' });
    this.ended = this.watch();
  }

  get url(): string {
    return this.address;
  }

  async listens(): Promise<void> {
    this.address = await this.listening.promise;
  }

  /** As the platform of the first start. */
  async osb(): Promise<OsbClient> {
    return this.osbAs('platform', (await this.passwords()).platform);
  }

  osbAs(username: string, password: string): OsbClient {
    return this.kept(new OsbClient(this.url, username, password));
  }

  async admin(): Promise<HttpClient> {
    return this.adminAs('admin', (await this.passwords()).admin);
  }

  adminAs(username: string, password: string): HttpClient {
    return this.kept(new HttpClient(this.url, { authorization: basic(username, password) }));
  }

  /** The ids of a plan by the names in the catalog. */
  async plan(serviceName: string, planName: string): Promise<PlanIds> {
    const { body } = await (await this.osb()).catalog();
    const service = body.services.find((each: { name: string }) => each.name === serviceName);
    const plan = service.plans.find((each: { name: string }) => each.name === planName);
    return { serviceId: service.id, planId: plan.id };
  }

  /** Sends the signal unless it has ended, and waits for the end. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    this.child.kill(signal);
    const exit = await this.ended;
    await Promise.all(this.clients.splice(0).map((client) => client.close()));
    return exit;
  }

  /** Sends the signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  private async watch(): Promise<Exit> {
    const { stdout, stderr } = this.child;
    if (!stdout || !stderr) throw new Error('the gateway has no output');
    createInterface(stdout).on('line', (line) => {
      this.lines.push(line);
      const [, url] = /^OSB Gateway listens on (\S+)$/.exec(line) ?? [];
      if (url) this.listening.resolve(url);
    });
    this.listening.promise.catch(() => undefined);
    const [errors, [code, signal]] = await Promise.all([text(stderr), once(this.child, 'close')]);
    this.listening.reject(new Error(`the gateway ended with ${code ?? signal}: ${errors}`));
    return { code, signal, stdout: this.lines.join('\n'), stderr: errors };
  }

  private async passwords(): Promise<{ admin: string; platform: string }> {
    return JSON.parse(await readFile(join(this.dataDir, 'credentials.json'), 'utf8')) as { admin: string; platform: string };
  }

  private kept<T extends { close(): Promise<void> }>(client: T): T {
    this.clients.push(client);
    return client;
  }
}
