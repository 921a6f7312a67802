import { Pool } from 'pg';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient } from '../support/osb-client.js';
import { simulatorInGateway, type SimulatorUnderTest } from '../e2e/simulators.js';
import { eventually } from '../e2e/eventually.js';
import { sameInstance, type Ending, type Thing, type Verb } from './state.js';

/** An operation the gateway has not ended, as its record has it. */
export interface Pending extends Thing {
  readonly id: string;
  readonly verb: Verb;
  /** Accepted by the backend and polled there. */
  readonly accepted: boolean;
  readonly queued: boolean;
  /** Whether what it works on was complete before. */
  readonly ready: boolean;
  readonly backendInstanceId: string;
}

const VERBS: Readonly<Record<string, Verb>> = { provision: 'create', bind: 'create', update: 'update', deprovision: 'delete', unbind: 'delete' };

const PENDING = `select o.id, o.kind, o.state = 'queued' as queued, o.step = 'poll' as accepted, p.name as platform, i.instance_id,
    i.backend_instance_id, b.binding_id, coalesce(b.state, i.state) = 'ready' as ready
  from operation o join service_instance i on i.incarnation = o.instance_incarnation join platform p on p.id = i.platform_id
    left join service_binding b on b.incarnation = o.binding_incarnation
  where o.state in ('queued', 'running') and i.instance_id = any ($1)
  order by p.name, i.instance_id, b.binding_id nulls first, o.kind`;

/** Longer than any run: what is asynchronous runs until a history ends it. */
const FOREVER_MS = 86_400_000;

/** Fetches of instances are answered by the gateway itself. */
const FROM_THE_RECORD = { fetchInstance: false };

/** A gateway before a simulator whose asynchronous operations end by command only. */
export class BrokerUnderTest {
  private constructor(
    private readonly gateway: TestGateway,
    private readonly simulator: SimulatorUnderTest,
    private readonly pool: Pool,
    readonly platforms: Readonly<Record<string, OsbClient>>,
  ) {}

  static async start(): Promise<BrokerUnderTest> {
    const timings = { cleanUpTurnMs: 0, budgetMs: 60_000, callMs: 60_000, leaseMs: 30_000, tickMs: 20, firstPollMs: 5, longestPollMs: 40, lookAgainMs: 50 };
    const gateway = await TestGateway.start({ timings });
    const simulator = await simulatorInGateway(gateway, 'model', { asyncDurationMs: FOREVER_MS, extraOfferings: 1, capabilities: FROM_THE_RECORD });
    const platforms = { p1: gateway.osb(), p2: await gateway.platform('p2') };
    // Connections still closing are ended with the database.
    const pool = new Pool({ connectionString: gateway.database.url, max: 6 }).on('error', () => undefined);
    return new BrokerUnderTest(gateway, simulator, pool, platforms);
  }

  async stop(): Promise<void> {
    await this.pool.end();
    await this.gateway.stop();
  }

  /** What is under way on these instances, in an order that does not hang on time. */
  async pending(prefix: string, instances: readonly string[]): Promise<Pending[]> {
    const { rows } = await this.pool.query(PENDING, [instances.map((one) => prefix + one)]);
    return rows.map((row) => ({
      id: row.id,
      verb: VERBS[row.kind] ?? 'update',
      accepted: row.accepted,
      queued: row.queued,
      ready: row.ready,
      platform: row.platform === 'p2' ? 'p2' : 'p1',
      instance: row.instance_id.slice(prefix.length),
      ...(row.binding_id === null ? {} : { binding: row.binding_id }),
      backendInstanceId: row.backend_instance_id,
    }));
  }

  /** Lets the backend end an operation it has accepted; says whether there was one to end. */
  end(pending: Pending, how: Ending): boolean {
    const operation = this.running(pending);
    if (operation === undefined) return false;
    Object.assign(operation, { startedAtMs: 0, behaviour: { ...operation.behaviour, durationMs: 0, outcome: endingOf(pending, how) } });
    return true;
  }

  /** Waits until nothing moves by itself: what runs is held at the backend, and the rest waits for that. */
  async settled(prefix: string, instances: readonly string[]): Promise<Pending[]> {
    return eventually(
      () => this.pending(prefix, instances),
      (all) => all.every((one) => (one.queued ? all.some((other) => !other.queued && sameInstance(one, other)) : this.isHeld(one))),
    );
  }

  private isHeld(pending: Pending): boolean {
    return pending.accepted && this.running(pending) !== undefined;
  }

  private running({ id, backendInstanceId }: Pending) {
    const instance = this.simulator.ledger.inventory.instance(backendInstanceId);
    const operations = instance ? [instance, ...instance.bindings].flatMap((one) => one.operations) : [];
    return operations.find((one) => one.operationId === id && one.ended === undefined && one.startedAtMs !== 0);
  }
}

/** The gateway repeats a delete of what was never complete until it succeeds; that is no story for a history. */
const endingOf = ({ verb, ready }: Pending, how: Ending): Ending => (verb === 'delete' && !ready ? 'succeeded' : how);
