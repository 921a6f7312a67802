export { osbBackend, type OsbBackendOptions } from './osb-backend.js';
export type { ResolveHost } from './guarded-connector.js';
export type { OsbSettings } from './settings.js';
