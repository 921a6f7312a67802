import { CATALOG_LIMITS } from './catalog-limits.js';

/** How much of a catalog is, or may be, published. */
export interface CatalogSize {
  readonly plans: number;
  readonly bytes: number;
}

/** What one backend may publish, each with the rule it comes from. */
export interface CatalogBudget extends CatalogSize {
  readonly plansRule: string;
  readonly bytesRule: string;
}

/** What a backend may publish beside what the others have published. */
export function budgetBeside(others: CatalogSize): CatalogBudget {
  const { plans, bytes, totalPlans, totalBytes } = CATALOG_LIMITS;
  const [plansLeft, bytesLeft] = [Math.max(totalPlans - others.plans, 0), Math.max(totalBytes - others.bytes, 0)];
  return {
    plans: Math.min(plans, plansLeft),
    bytes: Math.min(bytes, bytesLeft),
    plansRule: plansLeft < plans ? `all backends together may publish ${totalPlans} plans` : `a backend may publish ${plans} plans`,
    bytesRule: bytesLeft < bytes ? `all backends together may publish ${totalBytes} bytes` : `a backend may publish ${bytes} bytes`,
  };
}

export const WHOLE_BUDGET: CatalogBudget = budgetBeside({ plans: 0, bytes: 0 });

export function totalSize(sizes: Iterable<CatalogSize>): CatalogSize {
  let total: CatalogSize = { plans: 0, bytes: 0 };
  for (const { plans, bytes } of sizes) total = { plans: total.plans + plans, bytes: total.bytes + bytes };
  return total;
}
