export { DiskGuard, type DiskLimits } from './guard/disk-guard.js';
export { instanceNames } from './names.js';
export { GUARD_LIMITS, type GuardLimits } from './guard/guard-limits.js';
export { LoginSuspensions } from './guard/login-suspensions.js';
export { ServerGuard } from './guard/server-guard.js';
export * from './postgresql-backend.js';
export type { PostgresqlServer } from './server.js';
export type { SslMode } from './ssl-mode.js';
export type { PostgresqlSettings } from './settings.js';
