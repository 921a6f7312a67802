import type { LeftOut } from './offering.js';
import type { CatalogReading } from './read-catalog.js';

/** A catalog as it came, and what of it can be published. */
export interface ReadCatalog {
  readonly raw: unknown;
  readonly reading: CatalogReading;
}

type Entry = Readonly<Record<string, unknown>>;

/**
 * What a backend once offered stays while it is wrong (decision 26): entries that cannot be published any more are put
 * back as they were when they could. What the backend takes out of its catalog is gone, and what was never good is left
 * out.
 *
 * @returns the catalog with those entries, and why each had to be put back
 */
export function withLastGoodEntries(now: ReadCatalog, before: ReadCatalog): { readonly raw: unknown; readonly kept: readonly LeftOut[] } {
  const [good, wasGood] = [plansOf(now), plansOf(before)];
  const kept = now.reading.leftOut.filter(({ serviceId = '', planId }) =>
    planId === undefined ? !good.has(serviceId) && wasGood.has(serviceId) : isLost(good.get(serviceId), wasGood.get(serviceId), planId),
  );
  if (kept.length === 0) return { raw: now.raw, kept };
  const services = entries(now.raw, 'services').map((service) => {
    const id = idOf(service);
    const old = entries(before.raw, 'services').find((each) => idOf(each) === id);
    if (!old || !wasGood.has(id)) return service;
    return good.has(id) ? withPlans(service, old, (planId) => isLost(good.get(id), wasGood.get(id), planId)) : old;
  });
  return { raw: { ...(now.raw as object), services }, kept };
}

function withPlans(service: Entry, old: Entry, isKept: (planId: string) => boolean): Entry {
  const plans = entries(service, 'plans').map((plan) =>
    isKept(idOf(plan)) ? (entries(old, 'plans').find((each) => idOf(each) === idOf(plan)) ?? plan) : plan,
  );
  return { ...service, plans };
}

const isLost = (good: ReadonlySet<string> | undefined, wasGood: ReadonlySet<string> | undefined, planId: string): boolean =>
  good?.has(planId) !== true && wasGood?.has(planId) === true;

/** The plans that can be published, by service. */
const plansOf = ({ reading }: ReadCatalog): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(reading.offerings.map(({ id, plans }) => [id, new Set(plans.map((plan) => plan.id))]));

function entries(of: unknown, member: string): readonly Entry[] {
  const list = isEntry(of) ? of[member] : undefined;
  return Array.isArray(list) ? list.map((each: unknown) => (isEntry(each) ? each : {})) : [];
}

const idOf = ({ id }: Entry): string => (typeof id === 'string' ? id : '');

const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value);
