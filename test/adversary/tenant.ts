import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError } from 'pg';
import { checkEndedInstance } from './invariants/ended-instance.js';
import { checkEndedLogin } from './invariants/ended-login.js';
import { used } from './invariants/whole-database.js';
import { loginOf, type Credentials } from './login.js';
import { idOf, type World } from './world.js';

const PAUSE_MS = 300;
/** As long as a server may have no connection, or none to this database, for a tenant that tries again. */
const USE_LIMIT_MS = 60_000;

/** A tenant as they should be: makes an instance, uses and removes it, again and again. */
export async function beServed(world: World, tenant: string): Promise<void> {
  for (let turn = 1; !world.signal.aborted; turn += 1) {
    await liveOnce(world, tenant, `${tenant}.${turn}`);
    await pause(PAUSE_MS);
  }
}

async function liveOnce(world: World, tenant: string, name: string): Promise<void> {
  const { broker, secrets, inspection, violations } = world;
  const [instanceId, writerId, readerId] = [idOf(world, name), idOf(world, name, 'writer'), idOf(world, name, 'reader')];
  const data = `data-${idOf(world, name, 'data')}`;
  secrets.keep(tenant, instanceId, writerId, readerId, data);
  if (!(await broker.provision('tenant', instanceId))) return;
  const writer = await broker.bind('tenant', instanceId, writerId, 'readwrite');
  const reader = await broker.bind('tenant', instanceId, readerId, 'readonly');
  for (const each of [writer, reader]) if (each) secrets.keepPassword(tenant, each.password);
  if (writer) await use(world, tenant, writer, 'CREATE TABLE IF NOT EXISTS notes (t text)', `INSERT INTO notes VALUES ('${data}')`);
  if (reader) await use(world, tenant, reader, 'SELECT * FROM notes');
  if (writer && (await endBinding(world, instanceId, writerId))) await checkLogin(world, tenant, writer);
  if (reader) await endBinding(world, instanceId, readerId);
  if (!(await broker.deprovision('tenant', instanceId))) return;
  if (writer) await checkEndedInstance(writer.database, inspection, violations);
}

const endBinding = ({ broker }: World, instanceId: string, bindingId: string): Promise<boolean> =>
  broker.unbind('tenant', instanceId, bindingId);

async function checkLogin({ inspection, violations }: World, tenant: string, credentials: Credentials): Promise<void> {
  await checkEndedLogin(loginOf(tenant, credentials), undefined, inspection, violations);
}

/** Tries again while the server has no connection left; anything else is refused wrongly. */
async function use({ violations }: World, tenant: string, credentials: Credentials, ...statements: string[]): Promise<void> {
  const untilMs = Date.now() + USE_LIMIT_MS;
  for (;;) {
    try {
      await used(credentials, ...statements);
      return;
    } catch (error) {
      if (!passes(error) || Date.now() > untilMs) {
        violations.add('tenants are served', `${tenant} could not use its database: ${String(error)}`);
        return;
      }
      await pause(PAUSE_MS);
    }
  }
}

/** Out of connections, or ended by the server or on the way to it. */
function passes(error: unknown): boolean {
  return !(error instanceof DatabaseError) || /^(53300|57P0[1-3])$/.test(error.code ?? '');
}
