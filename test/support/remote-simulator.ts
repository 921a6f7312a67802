import {
  createSimulator,
  startBroker,
  type RunningBroker,
  type Simulator,
  type SimulatorSettingsInput,
} from '#backends/simulator';

/** A simulator behind a broker of its own, for gateways to stand in front of. */
export interface RemoteSimulator {
  readonly simulator: Simulator;
  readonly broker: RunningBroker;
  /** For a backend of type `osb`. */
  readonly settings: { readonly url: string; readonly username: string; readonly password: string };
}

export async function startRemote(settings: SimulatorSettingsInput & { readonly serviceName: string }): Promise<RemoteSimulator> {
  const simulator = createSimulator(settings);
  const login = { username: 'gateway', password: `${settings.serviceName}-password` };
  const broker = await startBroker({ backend: simulator, ledger: simulator.ledger, ...login });
  return { simulator, broker, settings: { url: broker.url, ...login } };
}
