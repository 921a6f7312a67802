export { createSimulator, simulatorBackend } from './simulator-backend.js';
export { Simulator } from './simulator.js';
export { simulatorSettings, type SimulatorSettings, type SimulatorSettingsInput } from './settings.js';
export { Ledger, type LedgerCall, type LedgerJson } from './ledger.js';
export type { InventoryEvent, SimulatedBinding, SimulatedInstance } from './inventory.js';
export { StateFile, type StateStore } from './state-file.js';
export { startBroker, type BrokerOptions, type RunningBroker } from './broker-server.js';
export type { ReceivedRequest } from './broker/osb-request.js';
export type { WireFaultInput } from './broker/wire-fault.js';
