import { plainNumber } from '#sdk';
import { ADVICE, brokenRules, PLAN_RULES, type CheckedPlan } from './catalog-rules.js';
import { isObject } from '../is-object.js';
import type { MaintenanceInfo, ServicePlan, WireObject } from './offering.js';
import type { BackendSchemas } from './parameter-schemas.js';
import { NotPublishable, plainJson } from './plain-json.js';
import { readSchemas, type ReadSchemas } from './plan-schemas.js';
import { PLAN_METADATA, readMetadata } from './profile-metadata.js';
import { withoutNulls } from './without-nulls.js';

/** What a plan takes from its offering where it says nothing itself. */
export interface PlanDefaults {
  readonly bindable: boolean;
  readonly planUpdateable: boolean;
}

/** How the plans of one backend are read. */
export interface PlanReading {
  readonly schemas: Pick<BackendSchemas, 'inspect'>;
  readonly keepInvalidMetadata: boolean;
}

const OPTIONAL_OBJECTS = { metadata: {}, maintenance_info: {} };

/** A plan, and what of it may trouble platforms: one sentence each. */
export interface ReadPlan {
  readonly plan: ServicePlan;
  readonly warnings: readonly string[];
}

/**
 * Reads one plan, found at a place such as `services[0].plans[2]`. Its schemas never keep it out of the catalog.
 *
 * @throws NotPublishable
 */
export async function readPlan(
  raw: unknown,
  at: string,
  defaults: PlanDefaults,
  { schemas: checks, keepInvalidMetadata }: PlanReading,
): Promise<ReadPlan> {
  const { rest, schemas: rawSchemas } = apart(raw);
  const metadata = readMetadata(withoutNulls(plainJson(rest, at), OPTIONAL_OBJECTS), at, PLAN_METADATA, keepInvalidMetadata);
  const wire = metadata.entry;
  const broken = brokenRules(PLAN_RULES, wire, at);
  if (broken !== undefined) throw new NotPublishable(broken);
  const schemas = await readSchemas(rawSchemas, `${at}.schemas`, checks);
  const advice = brokenRules(ADVICE, wire, at);
  const warnings = [...(advice === undefined ? [] : [advice]), ...metadata.warnings, ...schemas.warnings];
  return { plan: servicePlan(wire as CheckedPlan, defaults, schemas), warnings };
}

function apart(raw: unknown): { readonly rest: unknown; readonly schemas?: unknown } {
  if (!isObject(raw)) return { rest: raw };
  const { schemas, ...rest } = raw as { schemas?: unknown };
  return { rest, schemas };
}

function servicePlan(checked: CheckedPlan, defaults: PlanDefaults, schemas: ReadSchemas): ServicePlan {
  const free = checked.free ?? true;
  const bindable = checked.bindable ?? defaults.bindable;
  const planUpdateable = checked.plan_updateable ?? defaults.planUpdateable;
  // An integer to Cloud Controller, which takes 3600.0 for none.
  const seconds = plainNumber(checked.maximum_polling_duration) as number | undefined;
  // Written out because clients disagree on what an absent flag means (Korifi and service-catalog: false).
  const duration = seconds === undefined ? {} : { maximum_polling_duration: seconds };
  const frame: WireObject = { ...checked, ...duration, free, bindable, plan_updateable: planUpdateable };
  const wire = withSchemas(frame, schemas.wire);
  return {
    id: checked.id,
    name: checked.name,
    description: checked.description,
    free,
    bindable,
    planUpdateable,
    bindingRotatable: checked.binding_rotatable ?? false,
    ...(seconds !== undefined && { maximumPollingDurationSeconds: seconds }),
    ...(checked.maintenance_info && { maintenanceInfo: checked.maintenance_info as MaintenanceInfo }),
    schemas: schemas.enforced,
    wire,
    cloudFoundryWire: schemas.cloudFoundryWire === schemas.wire ? wire : withSchemas(frame, schemas.cloudFoundryWire),
  };
}

const withSchemas = (frame: WireObject, schemas: WireObject | undefined): WireObject => (schemas ? { ...frame, schemas } : frame);
