import { availableParallelism } from 'node:os';
import { swcOptions } from './test/support/swc.mjs';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/migrations', '<rootDir>/config', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', swcOptions] },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  // Many times what a loaded machine needs: a test that is green does not wait for it.
  testTimeout: 240_000,
  workerIdleMemoryLimit: '1GB',
  // Most tests wait for sockets and timers half of the time: one more than there are processors, and no more than one
  // PostgreSQL bears.
  maxWorkers: Math.min(availableParallelism() + 1, 4),
};
