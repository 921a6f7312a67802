export { instanceNames } from './names.js';
export * from './postgresql-backend.js';
export type { PostgresqlServer } from './server.js';
export type { SslMode } from './ssl-mode.js';
export type { PostgresqlSettings } from './settings.js';
