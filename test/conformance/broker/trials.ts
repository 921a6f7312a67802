import { randomUUID } from 'node:crypto';
import { Broken } from '../expecting.js';
import type { Answer, JsonObject } from '../wire/answer.js';
import type { Role } from './needs.js';
import { nameOfPlan, planIdOf, plansOf, serviceIdOf, type OfferedPlan } from './offered.js';
import { ORGANIZATION, SPACE } from './resources.js';
import type { Speaking } from './speaking.js';

const MOST = 8;
const LATER = { accepts_incomplete: 'true' };

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
    if (role === 'async') Object.assign(found, { async: found.async ?? plan, asyncOnly: found.asyncOnly ?? plan });
    if (found.sync && found.async) break;
  }
  return { found, refusals };
}

interface Trial {
  readonly role?: 'sync' | 'async';
  readonly refusal?: string;
}

/** An instance made on trial is removed again, at the latest when the run is over. */
async function tried(broker: Speaking, plan: OfferedPlan): Promise<Trial> {
  const path = `/v2/service_instances/${randomUUID()}`;
  const ids = { service_id: serviceIdOf(plan), plan_id: planIdOf(plan) };
  const body = { ...ids, organization_guid: ORGANIZATION, space_guid: SPACE };
  const answer = await broker.send('PUT', path, { body });
  if (answer.status === 422 && answer.body['error'] === 'AsyncRequired') return triedLater(broker, path, body);
  if (answer.status !== 201) return { refusal: answer.story };
  await broker.send('DELETE', path, { query: ids });
  return { role: 'sync' };
}

/** That a create has to be asynchronous does not mean that it goes well. */
async function triedLater(broker: Speaking, path: string, body: JsonObject): Promise<Trial> {
  const answer = await broker.send('PUT', path, { body, query: LATER });
  const last = answer.status === 202 ? await ended(broker, path, answer) : answer.story;
  if (last !== undefined) return { refusal: last };
  const query = { service_id: String(body['service_id']), plan_id: String(body['plan_id']), ...LATER };
  const removal = await broker.send('DELETE', path, { query });
  if (removal.status === 202) {
    await ended(broker, path, removal);
    await broker.send('DELETE', path, { query });
  }
  return { role: 'async' };
}

/** Why it did not go well; undefined where it did. */
async function ended(broker: Speaking, path: string, accepted: Answer): Promise<string | undefined> {
  try {
    const last = await broker.polled(path, accepted.word('operation'));
    return last.body['state'] === 'succeeded' ? undefined : last.story;
  } catch (error) {
    if (error instanceof Broken) return error.message;
    throw error;
  }
}
