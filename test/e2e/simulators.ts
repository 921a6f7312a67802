import { randomUUID } from 'node:crypto';
import {
  createSimulator,
  startBroker,
  type Ledger,
  type LedgerCall,
  type ReceivedRequest,
  type Simulator,
  type SimulatorSettingsInput,
} from '#backends/simulator';
import { BackendRegistry, type Backend } from '#core';
import type { TestGateway } from '../support/gateway.js';
import type { PlanIds } from '../support/osb-client.js';

/** Short enough for a test, long enough to be seen while it runs. */
const QUICK = { asyncDurationMs: 80, slowDelayMs: 50 } satisfies SimulatorSettingsInput;

/** The parameter `simulate` for an operation that runs until the test lets it end, however slow the machine is. */
export const HELD = { async: { durationMs: 3_600_000 } };

/** A simulator a gateway works with, and what it was asked there. */
export class SimulatorUnderTest {
  constructor(
    readonly backend: Backend,
    readonly serviceName: string,
    readonly ledger: Ledger,
    /** What came over the wire, where a broker is between. */
    readonly requests: readonly ReceivedRequest[] = [],
    /** Ends the broker, where there is one. */
    readonly close: () => Promise<void> = async () => undefined,
  ) {}

  plan(name: string): PlanIds {
    return { serviceId: `${this.serviceName}-service`, planId: `${this.serviceName}-${name}` };
  }

  /** What was asked for one instance, reads and polls left out. */
  changes(instanceId: string): LedgerCall[] {
    return this.ledger.calls.filter((call) => call.instanceId === instanceId && CHANGES.has(call.verb));
  }

  verbs(instanceId: string): string[] {
    return this.changes(instanceId).map(({ verb }) => verb);
  }

  /** Lets every operation end that was {@link HELD} on this instance and its bindings. */
  finish(instanceId: string): void {
    const instance = this.ledger.inventory.instance(instanceId);
    for (const { operations } of instance ? [instance, ...instance.bindings] : []) {
      for (const operation of operations) Object.assign(operation, { startedAtMs: 0 });
    }
  }

  exists(instanceId: string): boolean {
    return this.ledger.inventory.instance(instanceId) !== undefined;
  }
}

const CHANGES: ReadonlySet<string> = new Set(['provision', 'update', 'deprovision', 'bind', 'unbind']);

/** Sets up a simulator behind a gateway, with an offering of this name. */
export type StartSimulator = (
  gateway: TestGateway,
  serviceName: string,
  settings?: SimulatorSettingsInput,
) => Promise<SimulatorUnderTest>;

/** As a backend in the gateway's own process. */
export const simulatorInGateway: StartSimulator = async (gateway, serviceName, settings = {}) => {
  const backend = await gateway.register(serviceName, 'simulator', { ...QUICK, serviceName, ...settings });
  const { ledger } = gateway.gateway.app.get(BackendRegistry).get(backend.id) as Simulator;
  return new SimulatorUnderTest(backend, serviceName, ledger);
};

/** As a service broker of its own, behind the backend type `osb`. */
export const simulatorAsBroker: StartSimulator = async (gateway, serviceName, settings = {}) => {
  const simulator = createSimulator({ ...QUICK, serviceName, ...settings });
  const login = { username: 'gateway', password: randomUUID() };
  const broker = await startBroker({ backend: simulator, ...login });
  const backend = await gateway.register(serviceName, 'osb', { url: broker.url, ...login });
  return new SimulatorUnderTest(backend, serviceName, simulator.ledger, broker.requests, () => broker.close());
};

/** The two ways a simulator can stand behind a gateway. */
export const SIMULATORS: readonly (readonly [string, StartSimulator])[] = [
  ['in the gateway', simulatorInGateway],
  ['behind a remote broker', simulatorAsBroker],
];
