import { TimeSlice } from '../event-loop/time-slice.js';
import { isObject } from '../is-object.js';
import type { CatalogBudget } from './catalog-budget.js';
import { CATALOG_LIMITS } from './catalog-limits.js';
import { jsonSizeUpTo } from './json-size.js';

/** What was published before: plan ids by service id. */
export type KnownEntries = ReadonlyMap<string, ReadonlySet<string>>;

/** An entry of a catalog as it came, and its place in it. */
export interface RawEntry {
  readonly raw: unknown;
  /** Such as `services[0].plans[2]`. */
  readonly at: string;
  /** The index in `at` that is its own. */
  readonly place: number;
}

export interface AdmittedService extends RawEntry {
  readonly plans: readonly RawEntry[];
}

/** An entry over a limit, or the schemas of a plan that is admitted without them; `plan` is undefined for a service. */
export interface RefusedEntry {
  readonly part: 'entry' | 'schemas';
  readonly service: unknown;
  readonly plan: unknown;
  readonly place: number;
  readonly reason: string;
}

export type RefuseEntry = (refused: RefusedEntry) => void;

/** Something that was published before does not fit any more. */
export class OverBudget extends Error {
  override readonly name = 'OverBudget';
}

/**
 * The entries that are within the limits, in their order. What was published before is admitted first.
 *
 * @throws OverBudget when that alone is too much
 */
export async function admitEntries(
  services: readonly unknown[],
  known: KnownEntries,
  budget: CatalogBudget,
  refuse: RefuseEntry,
): Promise<AdmittedService[]> {
  const admission = new Admission(services, known, budget, refuse);
  await admission.admit('known');
  await admission.admit('new');
  return admission.inOrder();
}

/** Published before, or not. */
type Age = 'known' | 'new';

const ageOf = (isKnown: boolean): Age => (isKnown ? 'known' : 'new');

interface Entry {
  readonly service: unknown;
  readonly plan?: unknown;
  readonly at: string;
  readonly place: number;
  readonly age: Age;
}

class Admission {
  private readonly slice = new TimeSlice();
  /** Places of plans by the place of their service. */
  private readonly admitted = new Map<number, Set<number>>();
  /** Plans that are admitted without their schemas, by what they were with them. */
  private readonly withoutSchemas = new Map<unknown, unknown>();
  private plans = 0;
  private bytes = 0;

  constructor(
    private readonly services: readonly unknown[],
    private readonly known: KnownEntries,
    private readonly budget: CatalogBudget,
    private readonly refuse: RefuseEntry,
  ) {}

  async admit(age: Age): Promise<void> {
    for (const [place, service] of this.services.entries()) {
      if (this.slice.isOver) await this.slice.next();
      const entry = { service, at: `services[${place}]`, place, age: ageOf(this.known.has(idOf(service))) };
      if (entry.age === age) this.admitService(entry);
      await this.admitPlans(service, place, age);
    }
  }

  inOrder(): AdmittedService[] {
    return [...this.admitted].toSorted(([a], [b]) => a - b).map(([place, admitted]) => {
      const [raw, at] = [this.services[place], `services[${place}]`];
      const all = plansOf(raw);
      const places = [...admitted].toSorted((a, b) => a - b);
      const plans = places.map((each) => ({ raw: this.withoutSchemas.get(all[each]) ?? all[each], at: `${at}.plans[${each}]`, place: each }));
      return { raw, at, place, plans };
    });
  }

  private admitService(entry: Entry): void {
    const { services } = CATALOG_LIMITS;
    const rule = this.admitted.size < services ? undefined : `a backend may publish ${services} services`;
    if (this.fits(entry, withoutPlans(entry.service), rule)) this.admitted.set(entry.place, new Set());
  }

  private async admitPlans(service: unknown, place: number, age: Age): Promise<void> {
    const admitted = this.admitted.get(place);
    if (!admitted) return;
    const knownPlans = this.known.get(idOf(service));
    for (const [index, plan] of plansOf(service).entries()) {
      if (this.slice.isOver) await this.slice.next();
      const entry = { service, plan, at: `services[${place}].plans[${index}]`, place: index, age: ageOf(knownPlans?.has(idOf(plan)) === true) };
      if (entry.age === age) this.admitPlan(entry, admitted);
    }
  }

  private admitPlan(entry: Entry, admitted: Set<number>): void {
    const rule = this.rulePlansBreak(admitted.size + 1);
    const plan = rule === undefined ? withinEntry(entry.plan) : entry.plan;
    if (!this.fits(entry, plan, rule)) return;
    this.plans += 1;
    admitted.add(entry.place);
    if (plan !== entry.plan) this.leaveOutSchemas(entry, plan);
  }

  private leaveOutSchemas({ service, plan, place, at }: Entry, bare: unknown): void {
    this.withoutSchemas.set(plan, bare);
    const reason = `${at} must not be larger than ${CATALOG_LIMITS.entryBytes} bytes: its schemas are not published`;
    this.refuse({ part: 'schemas', service, plan, place, reason });
  }

  private rulePlansBreak(plansOfService: number): string | undefined {
    const { plansPerService } = CATALOG_LIMITS;
    if (plansOfService > plansPerService) return `a service may have ${plansPerService} plans`;
    return this.plans < this.budget.plans ? undefined : this.budget.plansRule;
  }

  /** @param rule why there are too many of its kind; undefined when there are not */
  private fits(entry: Entry, json: unknown, rule: string | undefined): boolean {
    const sizeBytes = rule === undefined ? jsonSizeUpTo(json, CATALOG_LIMITS.entryBytes) : 0;
    const problem = rule === undefined ? sizeProblem(json, sizeBytes) : undefined;
    const broken = rule ?? (this.bytes + sizeBytes > this.budget.bytes ? this.budget.bytesRule : undefined);
    if (problem === undefined && broken === undefined) {
      this.bytes += sizeBytes;
      return true;
    }
    if (problem === undefined && entry.age === 'known') throw new OverBudget(`${entry.at}: ${broken}`);
    const { service, plan, place, at } = entry;
    this.refuse({ part: 'entry', service, plan, place, reason: `${at}${problem ?? `: ${broken}`}` });
    return false;
  }
}

function sizeProblem(json: unknown, sizeBytes: number): string | undefined {
  const { entryBytes, metadataBytes } = CATALOG_LIMITS;
  if (sizeBytes > entryBytes) return ` must not be larger than ${entryBytes} bytes`;
  const metadata = isObject(json) ? (json as { metadata?: unknown }).metadata : undefined;
  return jsonSizeUpTo(metadata, metadataBytes) > metadataBytes ? `.metadata must not be larger than ${metadataBytes} bytes` : undefined;
}

/** The plan, without its schemas where it is too large with them: a schema never hides a plan. */
function withinEntry(plan: unknown): unknown {
  const { entryBytes } = CATALOG_LIMITS;
  if (!isObject(plan) || jsonSizeUpTo(plan, entryBytes) <= entryBytes) return plan;
  const { schemas, ...rest } = plan as { schemas?: unknown };
  return schemas === undefined ? plan : rest;
}

/** The service alone. */
export function withoutPlans(service: unknown): unknown {
  if (!isObject(service)) return service;
  const { plans: _, ...rest } = service as { plans?: unknown };
  return rest;
}

function plansOf(service: unknown): readonly unknown[] {
  const plans = isObject(service) ? (service as { plans?: unknown }).plans : undefined;
  return Array.isArray(plans) ? plans : [];
}

function idOf(entry: unknown): string {
  const id = isObject(entry) ? (entry as { id?: unknown }).id : undefined;
  return typeof id === 'string' ? id : '';
}
