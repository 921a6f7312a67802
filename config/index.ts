export * from './boundaries.js';
export * from './config-file.js';
export * from './configuration-error.js';
export { environmentConfig, environmentModule } from './environment-config.js';
export { type Environment, loadDatabaseUrl, loadEnvironment, readEnvironment, type Variables } from './environment.js';
export { NAME } from './name.js';
export type { TrustProxy } from './trust-proxy.js';
export { type Variable, type VariableName, VARIABLES } from './variables.js';
export { PLATFORM_KINDS } from './platform-kinds.js';
