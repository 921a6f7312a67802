export { AdminApiModule, describeAdminApi } from './admin-api.module.js';
