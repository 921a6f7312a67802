import { createHash } from 'node:crypto';
import type { PlatformKind } from '#sdk';
import { PLATFORM_KINDS, PLATFORM_PROFILES } from '../platforms/platform-profiles.js';
import { cloudFoundryView } from './cloud-foundry-view.js';
import type { PublishedOffering } from './merge-catalogs.js';
import type { LeftOut, ServicePlan } from './offering.js';
import { catalogBody } from './rendered-entries.js';

/** The catalog as one kind of platform reads it. */
export interface CatalogView {
  readonly body: Buffer;
  /** Strong, with its quotes. Equal bytes, equal tag, on every replica. */
  readonly etag: string;
}

/** A plan that is offered, with its offering and the backend that owns both. */
export interface FoundPlan {
  readonly kind: 'found';
  readonly offering: PublishedOffering;
  readonly plan: ServicePlan;
  readonly backendId: string;
}

/** Why a plan cannot be had; the reason names the ids that were asked for. */
export interface MissingPlan {
  readonly kind: 'unknown service' | 'plan not of this service' | 'not offered to this platform';
  readonly reason: string;
}

type WithBackend = LeftOut & { readonly backendId: string };

/** What one kind of platform may have: plans by their service's id and their own. */
interface Shelf {
  readonly view: CatalogView;
  readonly offerings: readonly PublishedOffering[];
  readonly plans: ReadonlyMap<string, ReadonlyMap<string, FoundPlan>>;
  readonly leftOut: readonly WithBackend[];
}

/**
 * One state of the catalog. Never changed, only replaced as a whole. A plan is always looked for inside its service.
 */
export class PublishedCatalog {
  private constructor(
    private readonly everything: ReadonlyMap<string, ReadonlyMap<string, FoundPlan>>,
    private readonly shelves: Readonly<Record<PlatformKind, Shelf>>,
  ) {}

  static empty(): PublishedCatalog {
    return PublishedCatalog.of([]);
  }

  /** @param hiddenBackendIds backends whose offerings are shown to nobody, though their instances live on */
  static of(
    offerings: readonly PublishedOffering[],
    hiddenBackendIds: ReadonlySet<string> = new Set(),
  ): PublishedCatalog {
    const shown = offerings.filter(({ backendId }) => !hiddenBackendIds.has(backendId));
    const byCatalog = { everything: shelf(shown, []), cloudfoundry: cloudFoundryShelf(shown) };
    const shelves = PLATFORM_KINDS.map((kind) => [kind, byCatalog[PLATFORM_PROFILES[kind].catalog]]);
    return new PublishedCatalog(plansOf(offerings), Object.fromEntries(shelves) as Record<PlatformKind, Shelf>);
  }

  /** The offerings this kind of platform is shown. */
  offeringsFor(kind: PlatformKind): readonly PublishedOffering[] {
    return this.shelves[kind].offerings;
  }

  viewFor(kind: PlatformKind): CatalogView {
    return this.shelves[kind].view;
  }

  /** What is published, but not to this kind of platform. */
  leftOutFor(kind: PlatformKind): readonly WithBackend[] {
    return this.shelves[kind].leftOut;
  }

  /** The plan, if platforms of this kind are shown it. */
  find(kind: PlatformKind, serviceId: string, planId: string): FoundPlan | MissingPlan {
    return this.shelves[kind].plans.get(serviceId)?.get(planId) ?? this.missing(serviceId, planId);
  }

  /** The plan, whoever is shown it; undefined when no backend offers it. */
  findByIds(serviceId: string, planId: string): FoundPlan | undefined {
    return this.everything.get(serviceId)?.get(planId);
  }

  /** The plans of a backend, whoever is shown them. */
  planIdsOf(backendId: string): ReadonlySet<string> {
    const found = [...this.everything.values()].flatMap((plans) => [...plans.values()]).filter((plan) => plan.backendId === backendId);
    return new Set(found.map(({ plan }) => plan.id));
  }

  private missing(serviceId: string, planId: string): MissingPlan {
    const plans = this.everything.get(serviceId);
    const [service, plan] = [`service "${shortened(serviceId)}"`, `plan "${shortened(planId)}"`];
    if (!plans) return { kind: 'unknown service', reason: `${service} is not offered` };
    if (!plans.has(planId)) return { kind: 'plan not of this service', reason: `${plan} is not offered by ${service}` };
    return { kind: 'not offered to this platform', reason: `${plan} of ${service} is not offered to this platform` };
  }
}

/** What was asked for may be of any length. */
function shortened(id: string): string {
  return id.length > 255 ? `${id.slice(0, 255)}…` : id;
}

function shelf(offerings: readonly PublishedOffering[], leftOut: readonly WithBackend[]): Shelf {
  const body = catalogBody(offerings);
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  return { view: { body, etag }, offerings, plans: plansOf(offerings), leftOut };
}

function cloudFoundryShelf(shown: readonly PublishedOffering[]): Shelf {
  const offerings: PublishedOffering[] = [];
  const leftOut: WithBackend[] = [];
  for (const offering of shown) {
    const view = cloudFoundryView(offering);
    if (view.plans.length > 0) offerings.push({ ...offering, plans: view.plans });
    for (const left of view.leftOut) leftOut.push({ ...left, backendId: offering.backendId });
  }
  return shelf(offerings, leftOut);
}

function plansOf(offerings: readonly PublishedOffering[]): ReadonlyMap<string, ReadonlyMap<string, FoundPlan>> {
  return new Map(offerings.map((offering) => [offering.id, new Map(offering.plans.map(entryOf(offering)))]));
}

function entryOf(offering: PublishedOffering): (plan: ServicePlan) => [planId: string, found: FoundPlan] {
  return (plan) => [plan.id, { kind: 'found', offering, plan, backendId: offering.backendId }];
}
