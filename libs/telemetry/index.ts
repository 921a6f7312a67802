export * from './health.controller.js';
export * from './logger.js';
export * from './metrics.js';
export * from './nest-log.js';
export * from './pino-journal.js';
export * from './request-log.js';
export * from './request-metrics.js';
export * from './telemetry.module.js';
