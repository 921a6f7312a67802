import type { BackendType } from '#sdk';
import { simulatorSettings, type SimulatorSettings, type SimulatorSettingsInput } from './settings.js';
import { Simulator } from './simulator.js';
import { noStore, StateFile, type StateStore } from './state-file.js';

/** What the gateway installs. */
export const simulatorBackend = {
  type: 'simulator',
  description: 'Makes nothing, but takes its time, fails and breaks when told to: for tests and drills.',
  settings: simulatorSettings,
  create: (settings: SimulatorSettings): Simulator => new Simulator(settings, storeOf(settings)),
} satisfies BackendType<SimulatorSettings>;

/** A simulator outside the gateway, with defaults for what is not given. */
export function createSimulator(input: SimulatorSettingsInput = {}, store?: StateStore): Simulator {
  const settings = simulatorSettings.parse(input);
  return new Simulator(settings, store ?? storeOf(settings));
}

function storeOf({ stateFile }: SimulatorSettings): StateStore {
  return stateFile === undefined ? noStore : new StateFile(stateFile).section('simulator');
}
