import { setTimeout as pause } from 'node:timers/promises';
import { checkEndedInstance } from './invariants/ended-instance.js';
import { checkEndedLogin } from './invariants/ended-login.js';
import { loginOf, type Credentials } from './login.js';
import { useDatabase } from './use-database.js';
import { idOf, type World } from './world.js';

const PAUSE_MS = 300;

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

async function use({ violations }: World, tenant: string, credentials: Credentials, ...statements: string[]): Promise<void> {
  try {
    await useDatabase(credentials, ...statements);
  } catch (error) {
    violations.add('tenants are served', `${tenant} could not use its database: ${String(error)}`);
  }
}
