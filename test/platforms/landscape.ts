import { instanceNames } from '#backends/postgresql';
import { RegisterPlatform, type Timings } from '#core';
import type { PlatformKind } from '#sdk';
import { SERVICE_ID } from '../backends/postgresql-fixture.js';
import { eventually } from '../e2e/eventually.js';
import { simulatorAsBroker, simulatorInGateway, type SimulatorUnderTest } from '../e2e/simulators.js';
import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';
import { query } from '../support/postgres.js';

/** A slow plan takes longer than this, and is answered 202. */
const PROMOTE_AFTER_MS = 60;
const SLOW_MS = 150;
/** A call whose answer is lost is not sent again before this. The end of a database login alone takes a second (ADR 20). */
const CALL_MS = 3_000;
/** A backend that keeps failing is left alone so long. */
const REST_MS = 100;

/** What a landscape must know of the platform in it. */
export interface PlatformInIt {
  /** Everything that went over the wire, oldest first. */
  readonly lines: readonly string[];
  /** What the platform still believes to have. */
  leftovers(): string[];
  close(): Promise<void>;
}

export interface Login {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** A gateway in front of every bundled backend, and one platform in front of the gateway. */
export class Landscape<P extends PlatformInIt> {
  private told: readonly string[] = [];

  private constructor(
    readonly gateway: TestGateway,
    readonly platform: P,
    readonly login: Login,
    /** Its offering is `simulator`. */
    readonly simulator: SimulatorUnderTest,
    /** Behind a service broker of its own; its offering is `remote`. */
    readonly remote: SimulatorUnderTest,
    private readonly admin: AdminClient,
  ) {}

  static async start<P extends PlatformInIt>(
    kind: PlatformKind,
    connect: (login: Login) => P,
    timings: Partial<Timings> = {},
  ): Promise<Landscape<P>> {
    const short = { promoteAfterMs: PROMOTE_AFTER_MS, callMs: CALL_MS, breakerRestMs: REST_MS };
    const gateway = await TestGateway.start({ timings: { ...short, ...timings } });
    const simulator = await simulatorInGateway(gateway, 'simulator', { slowDelayMs: SLOW_MS });
    const remote = await simulatorAsBroker(gateway, 'remote', { slowDelayMs: SLOW_MS });
    const login = { username: 'plätform', password: 'pass:wörd' };
    await gateway.gateway.app.get(RegisterPlatform).execute({ operator: { name: 'test' }, name: 'platform-under-test', kind, ...login });
    const reached = { url: gateway.url, ...login };
    return new Landscape(gateway, connect(reached), reached, simulator, remote, await AdminClient.of(gateway.admin()));
  }

  /** Waits until platform, gateway and backends agree that nothing is left of anything. What is, is told only once. */
  async isClean(): Promise<void> {
    try {
      expect(await eventually(() => this.newLeftovers(), (each) => each.length === 0)).toEqual([]);
    } finally {
      this.told = await this.leftovers();
    }
  }

  /** The end of a test that has a landscape of its own. */
  async isCleanAndStops(): Promise<void> {
    try {
      await this.isClean();
    } finally {
      await this.stop();
    }
  }

  async stop(): Promise<void> {
    await this.platform.close();
    await this.gateway.stop();
    await this.remote.close();
  }

  private async newLeftovers(): Promise<string[]> {
    const told = new Set(this.told);
    return (await this.leftovers()).filter((each) => !told.has(each));
  }

  private async leftovers(): Promise<string[]> {
    const believed = this.platform.leftovers().map((name) => `platform: ${name}`);
    return [...believed, ...(await this.leftInGateway()), ...this.leftInSimulators(), ...(await this.leftInPostgres())];
  }

  private async leftInGateway(): Promise<string[]> {
    const lists = [this.admin.get('/instances'), this.admin.get('/bindings'), this.admin.get('/operations', { state: 'running' })];
    const items = (await Promise.all(lists)).flatMap(({ body }) => body.items as { instanceId: string; state: string }[]);
    return items.filter(({ state }) => state !== 'deleted').map(({ instanceId, state }) => `gateway: ${instanceId} ${state}`);
  }

  private leftInSimulators(): string[] {
    const all = [this.simulator, this.remote].flatMap(({ ledger }) => ledger.inventory.instances());
    return all.map(({ instanceId }) => `simulator: ${instanceId}`);
  }

  private async leftInPostgres(): Promise<string[]> {
    const lines = this.platform.lines.map((line) => /service_instances\/([-0-9a-f]+)/.exec(line)?.[1]);
    const made = [...new Set(lines)].filter((id) => id !== undefined);
    const rows = await query<{ datname: string }>(this.gateway.database.url, 'select datname from pg_database');
    const databases = new Set(rows.map(({ datname }) => datname));
    return made.filter((instanceId) => databases.has(databaseOf(instanceId))).map((id) => `postgresql: ${id}`);
  }
}

const databaseOf = (instanceId: string): string =>
  instanceNames({ instanceId, serviceId: SERVICE_ID, planId: '' }).database;
