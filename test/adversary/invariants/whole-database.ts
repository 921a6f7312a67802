import { useDatabase } from '../use-database.js';
import type { World } from '../world.js';

/** New bindings have what a binding set for its user (`ALTER ROLE CURRENT_USER SET …`), as their user wants it. */
const WITHOUT_ROLE_SETTINGS = [
  'default_transaction_read_only=off',
  'search_path=public',
  ...['statement', 'lock', 'transaction', 'idle_session'].map((kind) => `${kind}_timeout=0`),
].map((setting) => `-c ${setting}`).join(' ');

/** Holds for a database a binding has ruined, with no attacker in it: the next bindings can write, and read. */
export async function checkWholeDatabase(
  { broker, violations, secrets }: World,
  tenant: string,
  instanceId: string,
  [writerId, readerId]: readonly [string, string],
): Promise<void> {
  const writer = await broker.bind('attacker', instanceId, writerId, 'readwrite');
  const reader = await broker.bind('attacker', instanceId, readerId, 'readonly');
  for (const each of [writer, reader]) if (each) secrets.keepPassword(tenant, each.password);
  try {
    if (writer) {
      const login = { ...writer, options: WITHOUT_ROLE_SETTINGS };
      await useDatabase(login, 'CREATE TABLE IF NOT EXISTS whole_again (i int)', 'INSERT INTO whole_again VALUES (1)');
    }
    if (reader) await useDatabase({ ...reader, options: WITHOUT_ROLE_SETTINGS }, 'SELECT * FROM whole_again');
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    violations.add('a database stays whole', `after the attack on ${writer?.database} a new binding failed: ${text}`);
  }
  await broker.unbind('attacker', instanceId, writerId);
  await broker.unbind('attacker', instanceId, readerId);
}
