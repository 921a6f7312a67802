import { CATALOG_LIMITS } from './catalog-limits.js';
import type { CatalogBudget } from './catalog-budget.js';
import type { CatalogReading, LostEntry, ServiceSource, Source } from './read-catalog.js';
import { sizeOfText, type CatalogText } from './stored-catalog-text.js';

/**
 * What a backend once offered stays while it is wrong (decision 26): entries that cannot be published any more are put
 * back as they were when they could. What the backend takes out of its catalog is gone, and what was never good is left
 * out.
 *
 * @returns the catalog with those entries, and why each had to be put back
 */
export function withLastGoodEntries(now: CatalogReading, before: CatalogReading): CatalogText & { readonly kept: readonly LostEntry[] } {
  const services = new Map([...now.sources].map(([id, service]) => [id, { ...service, plans: new Map(service.plans) }]));
  const kept = now.lost.filter((lost) => putBack(services, now, before, lost));
  return { services: [...services.values()], leftOut: now.leftOut, leftOutCount: now.leftOutCount, lostSchemas: now.lostSchemas, kept };
}

/** Whether the catalog is within the limits with what was put back. */
export function fitsInto(budget: CatalogBudget, text: CatalogText): boolean {
  const { plans, bytes } = sizeOfText(text);
  return plans <= budget.plans && bytes <= budget.bytes && text.services.length <= CATALOG_LIMITS.services;
}

type Services = Map<string, ServiceSource & { readonly plans: Map<string, Source> }>;

function putBack(services: Services, now: CatalogReading, before: CatalogReading, { serviceId, planId, place }: LostEntry): boolean {
  const old = before.sources.get(serviceId);
  const isGood = now.sources.has(serviceId);
  if (!old) return false;
  if (planId === undefined) {
    if (!isGood) services.set(serviceId, { ...old, place, plans: new Map(old.plans) });
    return !isGood;
  }
  const plan = old.plans.get(planId);
  if (!plan || !isGood || now.sources.get(serviceId)?.plans.has(planId)) return false;
  services.get(serviceId)?.plans.set(planId, { ...plan, place });
  return true;
}
