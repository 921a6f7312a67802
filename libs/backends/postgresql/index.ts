export * from './postgresql-backend.js';
export type { PostgresqlServer, SslMode } from './server.js';
export type { PostgresqlSettings } from './settings.js';
