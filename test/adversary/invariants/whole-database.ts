import { useDatabase } from '../use-database.js';
import type { World } from '../world.js';

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
    if (writer) await useDatabase(writer, 'CREATE TABLE IF NOT EXISTS whole_again (i int)', 'INSERT INTO whole_again VALUES (1)');
    if (reader) await useDatabase(reader, 'SELECT * FROM whole_again');
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    violations.add('a database stays whole', `after the attack on ${writer?.database} a new binding failed: ${text}`);
  }
  await broker.unbind('attacker', instanceId, writerId);
  await broker.unbind('attacker', instanceId, readerId);
}
