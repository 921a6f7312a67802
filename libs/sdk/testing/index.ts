export * from './contract-case.js';
export * from './contract.js';
export * from './growth.js';
export * from './instance-driver.js';
export * from './memory-state-slot.js';
export * from './test-call.js';
export * from './test-environment.js';
