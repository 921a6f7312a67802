import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../wire/answer.js';
import type { Role } from './needs.js';
import { planIdOf, plansOf, serviceIdOf, type OfferedPlan } from './offered.js';
import { ORGANIZATION, SPACE } from './resources.js';
import type { Speaking } from './speaking.js';

const MOST = 8;

/** A plan that answers at once and one that cannot, found by trying free plans. */
export async function triedOut(broker: Speaking, catalog: JsonObject): Promise<Partial<Record<Role, OfferedPlan>>> {
  const found: Partial<Record<Role, OfferedPlan>> = {};
  const free = plansOf(catalog).filter(({ plan }) => plan['free'] !== false);
  for (const plan of free.slice(0, MOST)) {
    const role = await tried(broker, plan);
    if (role === 'sync') found.sync ??= plan;
    if (role === 'asyncOnly') Object.assign(found, { async: found.async ?? plan, asyncOnly: found.asyncOnly ?? plan });
    if (found.sync && found.async) break;
  }
  return found;
}

/** An instance made on trial is removed again, at the latest when the run is over. */
async function tried(broker: Speaking, plan: OfferedPlan): Promise<Role | undefined> {
  const path = `/v2/service_instances/${randomUUID()}`;
  const query = { service_id: serviceIdOf(plan), plan_id: planIdOf(plan) };
  const body = { ...query, organization_guid: ORGANIZATION, space_guid: SPACE };
  const answer = await broker.send('PUT', path, { body });
  if (answer.status === 422 && answer.body['error'] === 'AsyncRequired') return 'asyncOnly';
  if (answer.status !== 201) return undefined;
  await broker.send('DELETE', path, { query });
  return 'sync';
}
