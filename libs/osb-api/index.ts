export * from './errors/osb-error.filter.js';
export * from './osb-api.module.js';
export * from './request/osb-hooks.js';
