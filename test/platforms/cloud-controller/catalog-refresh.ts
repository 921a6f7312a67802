import type { JsonBody } from '../../support/http-client.js';
import type { Database, OfferingRow, PlanRow } from './database.js';

/**
 * Takes a valid catalog into the database. Rows are known by the ids of the broker. What has vanished and is in use is
 * deactivated, with a warning; what has vanished unused is deleted, with what operators had set for it.
 */
export function refresh(database: Database, services: readonly JsonBody[]): string[] {
  for (const service of services) {
    database.offerings.set(service.id, offeringRow(service));
    for (const plan of service.plans) {
      const known = database.plans.get(plan.id);
      database.plans.set(plan.id, planRow(service, plan, known?.isPublic ?? false));
    }
  }
  const offered = new Set<string>(services.flatMap(({ id, plans }) => [id, ...plans.map((plan: JsonBody) => plan.id)]));
  const warnings = [...database.plans.values()].filter(({ uniqueId }) => !offered.has(uniqueId)).flatMap((plan) => vanish(database, plan));
  for (const offering of database.offerings.values()) if (!offered.has(offering.uniqueId)) vanishOffering(database, offering);
  return warnings;
}

function vanish(database: Database, plan: PlanRow): string[] {
  const isUsed = [...database.instances.values()].some(({ planId }) => planId === plan.uniqueId);
  if (!isUsed) {
    database.plans.delete(plan.uniqueId);
    return [];
  }
  database.plans.set(plan.uniqueId, { ...plan, active: false });
  return [`Service plans are missing from the broker's catalog but can not be removed while instances exist: ${plan.name}`];
}

function vanishOffering(database: Database, offering: OfferingRow): void {
  const isUsed = [...database.plans.values()].some(({ offeringId }) => offeringId === offering.uniqueId);
  if (isUsed) database.offerings.set(offering.uniqueId, { ...offering, active: false });
  else database.offerings.delete(offering.uniqueId);
}

function offeringRow(service: JsonBody): OfferingRow {
  return {
    uniqueId: service.id,
    name: service.name,
    requires: service.requires ?? [],
    instancesRetrievable: service.instances_retrievable ?? false,
    bindingsRetrievable: service.bindings_retrievable ?? false,
    allowContextUpdates: service.allow_context_updates ?? false,
    active: true,
  };
}

/** Absent, `free` is true, and the two others are those of the offering. */
function planRow(service: JsonBody, plan: JsonBody, isPublic: boolean): PlanRow {
  const { maintenance_info: maintenanceInfo, maximum_polling_duration: seconds } = plan;
  return {
    uniqueId: plan.id,
    offeringId: service.id,
    name: plan.name,
    free: plan.free ?? true,
    bindable: plan.bindable ?? service.bindable,
    updateable: plan.plan_updateable ?? service.plan_updateable ?? false,
    ...(maintenanceInfo === undefined ? {} : { maintenanceInfo }),
    ...(seconds === undefined ? {} : { maximumPollingSeconds: seconds }),
    active: true,
    isPublic,
  };
}

/** What a valid catalog collides with in the database: the whole of it is refused. */
export function collisions(database: Database, services: readonly JsonBody[]): string[] {
  return services.flatMap(({ id, name, plans }) => {
    const moved = plans.filter((plan: JsonBody) => (database.plans.get(plan.id)?.offeringId ?? id) !== id);
    const old = [...database.offerings.values()].find((offering) => offering.name === name && offering.uniqueId !== id);
    const isOldUsed = [...database.instances.values()].some(({ planId }) => database.plans.get(planId)?.offeringId === old?.uniqueId);
    return [
      ...moved.map((plan: JsonBody) => `Plan ids must be unique, ${plan.id} belongs to another service`),
      ...(old && isOldUsed ? [`Service names must be unique, ${name} has instances under another id`] : []),
    ];
  });
}
