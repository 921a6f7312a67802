import { query } from './postgres.js';

/** The database that test databases are copied from. */
export const GATEWAY_TEMPLATE = 'gateway_template';

/** Makes the template once a run, before any test file. No connection to it may stay open: it could not be copied. */
export async function createGatewayTemplate(adminUrl: string): Promise<void> {
  await query(adminUrl, `create database ${GATEWAY_TEMPLATE}`);
}
