export type { ContractSubject, InstanceData } from './contract-subject.js';
export { ContractViolation } from './contract-violation.js';
export { contractCases, type ContractCase } from './contract.js';
export * from './growth.js';
export * from './instance-driver.js';
export * from './memory-state-slot.js';
export * from './test-call.js';
export * from './test-environment.js';
