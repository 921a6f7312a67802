import type { JsonBody } from '../../support/http-client.js';
import type { Database, OfferingRow, PlanRow } from './database.js';

/** Go ends the whole process. */
export class Panic extends Error {
  override readonly name = 'Panic';
}

/** Takes over what is listed, in turn, and removes nothing. New plans are for administrators only. */
export function takeOver({ offerings, plans }: Database, services: readonly JsonBody[]): void {
  for (const service of services) {
    offerings.set(service.id, offeringOf(service));
    for (const plan of service.plans ?? []) plans.set(plan.id, planOf(plan, service.id, plans.get(plan.id)));
  }
}

/** What is not said is false. */
function offeringOf({ id, name, bindable, plan_updateable, metadata }: JsonBody): OfferingRow {
  const documentationUrl: unknown = metadata?.documentationUrl;
  const isPresent = metadata !== null && metadata !== undefined && 'documentationUrl' in metadata;
  if (isPresent && typeof documentationUrl !== 'string') throw new Panic(`interface conversion: ${typeof documentationUrl}, not string`);
  return {
    id,
    name: name ?? '',
    bindable: bindable ?? false,
    planUpdateable: plan_updateable ?? false,
    documentationUrl: isPresent ? (documentationUrl as string) : undefined,
  };
}

/** A plan does not take over whether its offering can be bound. */
function planOf({ id, name, free, bindable, maintenance_info }: JsonBody, offeringId: string, known: PlanRow | undefined): PlanRow {
  const visibility = known?.visibility ?? 'admin';
  const maintenanceVersion: string | undefined = maintenance_info?.version;
  return { id, offeringId, name: name ?? '', free: free ?? false, bindable: bindable ?? false, maintenanceVersion, visibility };
}
