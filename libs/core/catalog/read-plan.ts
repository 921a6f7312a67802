import { brokenRules, PLAN_ADVICE, PLAN_RULES, type CheckedPlan } from './catalog-rules.js';
import type { MaintenanceInfo, PlanSchemas, ServicePlan, WireObject } from './offering.js';
import type { BackendSchemas } from './parameter-schemas.js';
import { NotPublishable, plainJson } from './plain-json.js';
import { isDraft04Throughout } from './schema-document.js';
import { withoutNulls } from './without-nulls.js';

/** What a plan takes from its offering where it says nothing itself. */
export interface PlanDefaults {
  readonly bindable: boolean;
  readonly planUpdateable: boolean;
}

const OPTIONAL_OBJECTS = {
  metadata: {},
  maintenance_info: {},
  schemas: {
    service_instance: { create: {}, update: {} },
    service_binding: { create: {} },
  },
};

/**
 * Reads one plan, found at a place such as `services[0].plans[2]`.
 *
 * @throws NotPublishable
 */
export async function readPlan(
  raw: unknown,
  at: string,
  defaults: PlanDefaults,
  schemas: Pick<BackendSchemas, 'problemsOf'>,
): Promise<{ plan: ServicePlan; advice: string | undefined }> {
  const wire = withoutNulls(plainJson(raw, at), OPTIONAL_OBJECTS);
  const broken = brokenRules(PLAN_RULES, wire, at);
  if (broken !== undefined) throw new NotPublishable(broken);
  const checked = wire as CheckedPlan;
  await checkSchemas(checked, at, schemas);
  return { plan: servicePlan(checked, defaults), advice: brokenRules(PLAN_ADVICE, wire, at) };
}

async function checkSchemas(plan: CheckedPlan, at: string, schemas: Pick<BackendSchemas, 'problemsOf'>): Promise<void> {
  const { service_instance: instance, service_binding: binding } = plan.schemas ?? {};
  const places: [place: string, schema: object | undefined][] = [
    ['service_instance.create', instance?.create?.parameters],
    ['service_instance.update', instance?.update?.parameters],
    ['service_binding.create', binding?.create?.parameters],
  ];
  await Promise.all(
    places.map(async ([place, schema]) => {
      const problems = schema === undefined ? [] : await schemas.problemsOf(schema);
      if (problems.length === 0) return;
      throw new NotPublishable(`${at}.schemas.${place}.parameters: ${problems.slice(0, 5).join('; ')}`);
    }),
  );
}

function servicePlan(checked: CheckedPlan, defaults: PlanDefaults): ServicePlan {
  const free = checked.free ?? true;
  const bindable = checked.bindable ?? defaults.bindable;
  const planUpdateable = checked.plan_updateable ?? defaults.planUpdateable;
  const seconds = checked.maximum_polling_duration;
  const schemas = planSchemas(checked);
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
    schemas,
    cloudFoundryReady: Object.values(schemas).every(isDraft04Throughout),
    // Written out because clients disagree on what an absent flag means (Korifi and service-catalog: false).
    wire: { ...checked, free, bindable, plan_updateable: planUpdateable } satisfies WireObject,
  };
}

function planSchemas({ schemas }: CheckedPlan): PlanSchemas {
  const provision = schemas?.service_instance?.create?.parameters;
  const update = schemas?.service_instance?.update?.parameters;
  const bind = schemas?.service_binding?.create?.parameters;
  return { ...(provision && { provision }), ...(update && { update }), ...(bind && { bind }) };
}
