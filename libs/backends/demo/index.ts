export { demoBackend } from './demo-backend.js';
