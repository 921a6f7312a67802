import { brokenRules, OFFERING_ADVICE, OFFERING_RULES, type CheckedOffering } from './catalog-rules.js';
import type { CatalogFinding, LeftOut, ServiceOffering, ServicePlan } from './offering.js';
import type { BackendSchemas } from './parameter-schemas.js';
import { NotPublishable, plainJson } from './plain-json.js';
import { readPlan } from './read-plan.js';
import { withoutNulls } from './without-nulls.js';

/** There is no catalog in it at all: the last good one stays. */
export class CatalogUnreadable extends Error {
  override readonly name = 'CatalogUnreadable';
}

/** What one backend has to offer, and what of it is not published. */
export interface CatalogReading {
  readonly offerings: ServiceOffering[];
  readonly leftOut: LeftOut[];
  /** Published, and likely to trouble some platform or reader. */
  readonly warnings: CatalogFinding[];
}

/**
 * Reads the catalog of one backend. Cloud Controller refuses a whole catalog over one bad entry, so a bad entry is left
 * out here: the plan where only the plan is bad, else the offering. Of two with the same identifier the first stays.
 *
 * @throws CatalogUnreadable
 * @throws BrokerError `Unavailable` when the gateway is too busy to check schemas: nothing is known then
 */
export async function readCatalog(raw: unknown, schemas: BackendSchemas): Promise<CatalogReading> {
  const reader = new CatalogReader(schemas);
  for (const [index, service] of servicesIn(raw).entries()) await reader.addOffering(service, `services[${index}]`);
  return reader.reading;
}

function servicesIn(raw: unknown): unknown[] {
  if (!isObject(raw)) throw new CatalogUnreadable(`the catalog must be a JSON object, but it is ${kindOf(raw)}`);
  const { services } = raw;
  if (Array.isArray(services)) return services;
  throw new CatalogUnreadable(`"services" must be an array, but it is ${kindOf(services)}`);
}

class CatalogReader {
  readonly reading: CatalogReading = { offerings: [], leftOut: [], warnings: [] };
  /** Where each identifier was first used. Only what is published uses one. */
  private readonly places = new Map<string, string>();

  constructor(private readonly schemas: BackendSchemas) {}

  async addOffering(raw: unknown, at: string): Promise<void> {
    const named = { ...text('serviceId', raw, 'id'), ...text('serviceName', raw, 'name') };
    try {
      const service = checkedOffering(raw, at);
      const places = identifiersOf(service, at);
      refuseRepeated(places, this.places);
      const plans = await this.readPlans(service, at, named, places);
      if (plans.length === 0) throw new NotPublishable(`${at}.plans has no plan that can be published`);
      for (const [identifier, place] of places) this.places.set(identifier, place);
      this.reading.offerings.push(serviceOffering(service, plans));
      this.warn(named, brokenRules(OFFERING_ADVICE, service, at));
    } catch (error) {
      this.leaveOut(named, error);
    }
  }

  /** The good plans; adds their ids to `places`. */
  private async readPlans(
    service: CheckedOffering,
    at: string,
    named: object,
    places: Map<string, string>,
  ): Promise<ServicePlan[]> {
    const plans: ServicePlan[] = [];
    const defaults = { bindable: service.bindable, planUpdateable: service.plan_updateable ?? false };
    const names = new Map<string, string>();
    for (const [index, raw] of service.plans.entries()) {
      const place = `${at}.plans[${index}]`;
      const both = { ...named, ...text('planId', raw, 'id'), ...text('planName', raw, 'name') };
      try {
        const { plan, advice } = await readPlan(raw, place, defaults, this.schemas);
        const id = new Map([[`plan id ${plan.id}`, `${place}.id`]]);
        const name = new Map([[plan.name, `${place}.name`]]);
        for (const others of [this.places, places]) refuseRepeated(id, others);
        refuseRepeated(name, names);
        for (const [identifier, where] of id) places.set(identifier, where);
        for (const [identifier, where] of name) names.set(identifier, where);
        plans.push(plan);
        this.warn(both, advice);
      } catch (error) {
        this.leaveOut(both, error);
      }
    }
    return plans;
  }

  private leaveOut(named: object, error: unknown): void {
    if (!(error instanceof NotPublishable)) throw error;
    this.reading.leftOut.push({ ...named, reason: shortened(error.message) });
  }

  private warn(named: object, advice: string | undefined): void {
    if (advice !== undefined) this.reading.warnings.push({ ...named, reason: shortened(advice) });
  }
}

const MAX_FINDING = 1_024;
const OPTIONAL_OBJECTS = { metadata: {}, dashboard_client: {} };

function checkedOffering(raw: unknown, at: string): CheckedOffering {
  const service = withoutNulls(isObject(raw) ? plainOffering(raw, at) : raw, OPTIONAL_OBJECTS);
  const broken = brokenRules(OFFERING_RULES, service, at);
  if (broken !== undefined) throw new NotPublishable(broken);
  return service as CheckedOffering;
}

/** Its plans are checked one by one, so that a bad plan is not the offering's fault. */
function plainOffering({ plans, ...rest }: Record<string, unknown>, at: string): object {
  return { ...(plainJson(rest, at) as object), plans };
}

function identifiersOf(service: CheckedOffering, at: string): Map<string, string> {
  const identifiers = new Map([
    [`service id ${service.id}`, `${at}.id`],
    [`service name ${service.name}`, `${at}.name`],
  ]);
  const client = service.dashboard_client;
  if (client) identifiers.set(`dashboard client id ${client.id}`, `${at}.dashboard_client.id`);
  return identifiers;
}

function refuseRepeated(identifiers: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): void {
  for (const [identifier, place] of identifiers) {
    const first = others.get(identifier);
    if (first !== undefined) throw new NotPublishable(`${place} must be unique, but ${first} is the same`);
  }
}

function serviceOffering(service: CheckedOffering, plans: readonly ServicePlan[]): ServiceOffering {
  const { plans: _, ...wire } = service;
  const flags = {
    // The gateway answers both from its own record.
    instances_retrievable: true,
    bindings_retrievable: plans.some(({ bindable }) => bindable),
  };
  return {
    id: service.id,
    name: service.name,
    description: service.description,
    bindable: service.bindable,
    instancesRetrievable: flags.instances_retrievable,
    bindingsRetrievable: flags.bindings_retrievable,
    backendFlags: {
      instancesRetrievable: service.instances_retrievable ?? false,
      bindingsRetrievable: service.bindings_retrievable ?? false,
    },
    allowContextUpdates: service.allow_context_updates ?? false,
    requires: service.requires ?? [],
    ...(service.dashboard_client && { dashboardClientId: service.dashboard_client.id }),
    plans,
    wire: { ...wire, ...flags },
  };
}

function text<K extends string>(as: K, raw: unknown, member: string): { readonly [P in K]?: string } {
  const value = isObject(raw) ? raw[member] : undefined;
  return (typeof value === 'string' ? { [as]: shortened(value) } : {}) as { readonly [P in K]?: string };
}

/** Findings are stored and shown; a bad catalog may have texts of any length where names should be. */
function shortened(finding: string): string {
  return finding.length > MAX_FINDING ? `${finding.slice(0, MAX_FINDING)}…` : finding;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'absent';
  return Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
}
