export { osbBackend } from './osb-backend.js';
export type { OsbSettings } from './settings.js';
