export * from './database.js';
export * from './embedded/embedded-postgres.js';
export * from './migrating.js';
export * from './persistence.module.js';
export { RELEASE } from './release.js';
export * from './sealing-proofs.js';
export { DataSource } from 'typeorm';
