import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../wire/answer.js';
import type { Role } from './needs.js';
import { nameOfPlan, planIdOf, plansOf, serviceIdOf, type OfferedPlan } from './offered.js';
import { ORGANIZATION, SPACE } from './resources.js';
import type { Speaking } from './speaking.js';

const MOST = 8;

/** What came of the trials. */
export interface Trials {
  readonly found: Partial<Record<Role, OfferedPlan>>;
  /** What became of the plans that are neither. */
  readonly refusals: readonly string[];
}

/** A plan that answers at once and one that cannot, found by trying free plans. */
export async function triedOut(broker: Speaking, catalog: JsonObject): Promise<Trials> {
  const found: Trials['found'] = {};
  const refusals: string[] = [];
  const all = plansOf(catalog);
  const free = all.filter(({ plan }) => plan['free'] !== false);
  if (free.length === 0 && all.length > 0) refusals.push('every plan of the catalog costs something');
  for (const plan of free.slice(0, MOST)) {
    const { role, refusal } = await tried(broker, plan);
    if (refusal !== undefined) refusals.push(`${nameOfPlan(plan)}: ${refusal}`);
    if (role === 'sync') found.sync ??= plan;
    if (role === 'asyncOnly') Object.assign(found, { async: found.async ?? plan, asyncOnly: found.asyncOnly ?? plan });
    if (found.sync && found.async) break;
  }
  return { found, refusals };
}

/** An instance made on trial is removed again, at the latest when the run is over. */
async function tried(broker: Speaking, plan: OfferedPlan): Promise<{ role?: 'sync' | 'asyncOnly'; refusal?: string }> {
  const path = `/v2/service_instances/${randomUUID()}`;
  const query = { service_id: serviceIdOf(plan), plan_id: planIdOf(plan) };
  const body = { ...query, organization_guid: ORGANIZATION, space_guid: SPACE };
  const answer = await broker.send('PUT', path, { body });
  if (answer.status === 422 && answer.body['error'] === 'AsyncRequired') return { role: 'asyncOnly' };
  if (answer.status !== 201) return { refusal: answer.story };
  await broker.send('DELETE', path, { query });
  return { role: 'sync' };
}
