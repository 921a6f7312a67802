import { TimeSlice } from '../event-loop/time-slice.js';
import { isObject } from '../is-object.js';
import { admitEntries, withoutPlans, type AdmittedService, type KnownEntries, type RawEntry } from './admit-entries.js';
import { WHOLE_BUDGET, type CatalogBudget } from './catalog-budget.js';
import { ADVICE, brokenRules, OFFERING_RULES, type CheckedOffering } from './catalog-rules.js';
import { Findings } from './findings.js';
import type { CatalogFinding, LeftOut, ServiceOffering, ServicePlan, WireObject } from './offering.js';
import type { BackendSchemas } from './parameter-schemas.js';
import { NotPublishable, plainJson } from './plain-json.js';
import { OFFERING_METADATA, readMetadata } from './profile-metadata.js';
import { readPlan } from './read-plan.js';
import { withoutNulls } from './without-nulls.js';

/** There is no catalog in it at all: the last good one stays. */
export class CatalogUnreadable extends Error {
  override readonly name = 'CatalogUnreadable';
}

/** An entry that can be published, as the backend sent it. */
export interface Source {
  /** Its place in the catalog it was read from. */
  readonly place: number;
  /** Compact JSON; of a service without its plans. */
  readonly json: string;
}

/** A service that can be published, as the backend sent it. */
export interface ServiceSource extends Source {
  /** By plan id. */
  readonly plans: ReadonlyMap<string, Source>;
}

/** An entry that was published before, is still listed, and cannot be published as it is now. */
export interface LostEntry {
  readonly serviceId: string;
  readonly planId?: string;
  readonly place: number;
  readonly reason: string;
}

/** What one backend has to offer, and what of it is not published. */
export interface CatalogReading {
  readonly offerings: ServiceOffering[];
  /** The first of them; `leftOutCount` is how many there are. */
  readonly leftOut: LeftOut[];
  readonly leftOutCount: number;
  /** Published, and likely to trouble some platform or reader. The first of them; `warningCount` is how many there are. */
  readonly warnings: CatalogFinding[];
  readonly warningCount: number;
  /** Those of the warnings that reading the stored catalog does not find again. */
  readonly lostSchemas: CatalogFinding[];
  /** Of what can be published, by service id. */
  readonly sources: ReadonlyMap<string, ServiceSource>;
  readonly lost: LostEntry[];
}

/** What is known of a backend beside its catalog. */
export interface ReadingContext {
  readonly budget: CatalogBudget;
  /** What it has published before. */
  readonly known: KnownEntries;
  /** Whether members of its metadata are published that are of another type than platforms expect. */
  readonly keepInvalidMetadata: boolean;
}

export const FIRST_READING: ReadingContext = { budget: WHOLE_BUDGET, known: new Map(), keepInvalidMetadata: false };

/**
 * Reads the catalog of one backend, in slices. Cloud Controller refuses a whole catalog over one bad entry, so a bad
 * entry, and one over a limit, is left out here: the plan where only the plan is bad, else the offering. Of two with the
 * same identifier the first stays.
 *
 * @throws CatalogUnreadable
 * @throws OverBudget when what was published before has grown over the limits
 * @throws BrokerError `Unavailable` when the gateway is too busy to check schemas: nothing is known then
 */
export async function readCatalog(raw: unknown, schemas: SchemaChecks, context = FIRST_READING): Promise<CatalogReading> {
  const reader = new CatalogReader(schemas, context);
  const services = await admitEntries(servicesIn(raw), context.known, context.budget, ({ part, service, plan, place, reason }) => {
    if (part === 'schemas') reader.leaveOutSchemas(namesOf(service, plan), reason);
    else reader.leaveOut(namesOf(service, plan), reason, place);
  });
  for (const service of services) await reader.addOffering(service);
  return reader.reading();
}

function servicesIn(raw: unknown): unknown[] {
  if (!isObject(raw)) throw new CatalogUnreadable(`the catalog must be a JSON object, but it is ${kindOf(raw)}`);
  const { services } = raw as { readonly services?: unknown };
  if (Array.isArray(services)) return services;
  throw new CatalogUnreadable(`"services" must be an array, but it is ${kindOf(services)}`);
}

type SchemaChecks = Pick<BackendSchemas, 'inspect'>;

class CatalogReader {
  private readonly slice = new TimeSlice();
  private readonly offerings: ServiceOffering[] = [];
  private readonly leftOut = new Findings<LeftOut>();
  private readonly warnings = new Findings<CatalogFinding>();
  private readonly lostSchemas = new Findings<CatalogFinding>();
  private readonly sources = new Map<string, ServiceSource>();
  private readonly lost: LostEntry[] = [];
  /** Where each identifier was first used. Only what is published uses one. */
  private readonly places = new Map<string, string>();

  constructor(
    private readonly schemas: SchemaChecks,
    private readonly context: ReadingContext,
  ) {}

  reading(): CatalogReading {
    const { offerings, leftOut, warnings, sources, lost } = this;
    const findings = { leftOut: leftOut.listed, leftOutCount: leftOut.count, warnings: warnings.listed, warningCount: warnings.count };
    return { offerings, ...findings, lostSchemas: this.lostSchemas.listed, sources, lost };
  }

  async addOffering({ raw, at, plans: rawPlans, place }: AdmittedService): Promise<void> {
    const named = namesOf(raw);
    try {
      const { service, warnings } = checkedOffering(raw, at, this.context);
      const places = identifiersOf(service, at);
      refuseRepeated(places, this.places);
      const { plans, sources } = await this.readPlans(service, rawPlans, named, places);
      if (plans.length === 0) throw new NotPublishable(`${at}.plans has no plan that can be published`);
      for (const [identifier, where] of places) this.places.set(identifier, where);
      this.offerings.push(serviceOffering(service, plans));
      this.sources.set(service.id, { place, json: JSON.stringify(withoutPlans(raw)), plans: sources });
      for (const warning of warnings) this.warn(named, warning);
    } catch (error) {
      this.leaveOut(named, reasonOf(error), place);
    }
  }

  leaveOutSchemas(named: Names, reason: string): void {
    this.warn(named, reason);
    this.lostSchemas.add(findingOf(named, reason));
  }

  leaveOut(named: Names, reason: string, place: number): void {
    this.leftOut.add(findingOf(named, reason));
    const { serviceId = '', planId } = named;
    const plans = this.context.known.get(serviceId);
    if (!plans || (planId !== undefined && !plans.has(planId))) return;
    this.lost.push({ serviceId, ...(planId !== undefined && { planId }), place, reason: shortened(reason, MAX_REASON) });
  }

  /** The good plans; adds their ids to `places`. */
  private async readPlans(
    service: CheckedOffering,
    rawPlans: readonly RawEntry[],
    named: Names,
    places: Map<string, string>,
  ): Promise<{ plans: ServicePlan[]; sources: Map<string, Source> }> {
    const plans: ServicePlan[] = [];
    const sources = new Map<string, Source>();
    const defaults = { bindable: service.bindable, planUpdateable: service.plan_updateable ?? false };
    const names = new Map<string, string>();
    for (const { raw, at, place } of rawPlans) {
      if (this.slice.isOver) await this.slice.next();
      const both = { ...named, ...planNamesOf(raw) };
      try {
        const { plan, warnings } = await readPlan(raw, at, defaults, { schemas: this.schemas, keepInvalidMetadata: this.context.keepInvalidMetadata });
        const id = new Map([[`plan id ${plan.id}`, `${at}.id`]]);
        const name = new Map([[plan.name, `${at}.name`]]);
        for (const others of [this.places, places]) refuseRepeated(id, others);
        refuseRepeated(name, names);
        for (const [identifier, where] of id) places.set(identifier, where);
        for (const [identifier, where] of name) names.set(identifier, where);
        plans.push(plan);
        sources.set(plan.id, { place, json: JSON.stringify(raw) });
        for (const warning of warnings) this.warn(both, warning);
      } catch (error) {
        this.leaveOut(both, reasonOf(error), place);
      }
    }
    return { plans, sources };
  }

  private warn(named: Names, warning: string): void {
    this.warnings.add(findingOf(named, warning));
  }
}

/** @throws what is no fault of the entry */
function reasonOf(error: unknown): string {
  if (error instanceof NotPublishable) return error.message;
  throw error;
}

const MAX_REASON = 1_024;
const MAX_NAME = 255;
const OPTIONAL_OBJECTS = { metadata: {}, dashboard_client: {} };

interface ReadOffering {
  readonly service: CheckedOffering;
  readonly warnings: readonly string[];
}

function checkedOffering(raw: unknown, at: string, { keepInvalidMetadata }: ReadingContext): ReadOffering {
  const plain = withoutNulls(isObject(raw) ? plainOffering(raw, at) : raw, OPTIONAL_OBJECTS);
  const { entry: service, warnings } = readMetadata(plain, at, OFFERING_METADATA, keepInvalidMetadata);
  const broken = brokenRules(OFFERING_RULES, service, at);
  if (broken !== undefined) throw new NotPublishable(broken);
  const advice = brokenRules(ADVICE, service, at);
  return { service: service as CheckedOffering, warnings: advice === undefined ? warnings : [advice, ...warnings] };
}

/** Its plans are checked one by one, so that a bad plan is not the offering's fault: here, whether there is any. */
function plainOffering({ plans, ...rest }: { readonly plans?: unknown }, at: string): object {
  return { ...(plainJson(rest, at) as object), plans: Array.isArray(plans) ? plans.slice(0, 1) : plans };
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

type Names = Omit<CatalogFinding, 'reason'>;

function namesOf(service: unknown, plan?: unknown): Names {
  const named = { ...text('serviceId', service, 'id'), ...text('serviceName', service, 'name') };
  return plan === undefined ? named : { ...named, ...planNamesOf(plan) };
}

const planNamesOf = (plan: unknown): Names => ({ ...text('planId', plan, 'id'), ...text('planName', plan, 'name') });

function text<K extends string>(as: K, raw: unknown, member: string): { readonly [P in K]?: string } {
  const value = isObject(raw) ? (raw as WireObject)[member] : undefined;
  return (typeof value === 'string' ? { [as]: value } : {}) as { readonly [P in K]?: string };
}

/** Findings are stored and shown; a bad catalog may have texts of any length where names should be. */
function findingOf(named: Names, reason: string): CatalogFinding {
  const names = Object.entries(named).map(([key, name]) => [key, shortened(name, MAX_NAME)]);
  return { ...(Object.fromEntries(names) as Names), reason: shortened(reason, MAX_REASON) };
}

function shortened(value: string, maxLength: number): string {
  return value.length > maxLength ? `${value.slice(0, maxLength).toWellFormed()}…` : value;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'absent';
  return Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
}
