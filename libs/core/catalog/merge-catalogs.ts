import { CATALOG_LIMITS } from './catalog-limits.js';
import type { CatalogFinding, LeftOut, ServiceOffering, ServicePlan } from './offering.js';

/** What one backend offers. */
export interface BackendCatalog {
  readonly backendId: string;
  readonly offerings: readonly ServiceOffering[];
}

export interface PublishedOffering extends ServiceOffering {
  readonly backendId: string;
}

/** The identifiers that must be unique over all backends, each kind by itself. */
export type IdentifierKind = 'service id' | 'service name' | 'plan id' | 'dashboard client id';

/** Who an identifier belongs to. */
export interface IdentifierOwner {
  readonly backendId: string;
  /** The service it was first published with. A plan id stays with it for ever. */
  readonly serviceId: string;
}

/** An identifier and its owner, to be stored: it stays with that backend until the backend is removed. */
export interface Claim extends IdentifierOwner {
  readonly kind: IdentifierKind;
  readonly value: string;
}

export interface IdentifierOwners {
  ownerOf(kind: IdentifierKind, value: string): IdentifierOwner | undefined;
  /** How many identifiers a backend owns. */
  countOf(backendId: string): number;
}

type OfBackend<T> = T & { readonly backendId: string };

export interface MergedCatalogs {
  readonly offerings: PublishedOffering[];
  readonly leftOut: OfBackend<LeftOut>[];
  /** Published, and likely to be mistaken for another. */
  readonly warnings: OfBackend<CatalogFinding>[];
  /** Identifiers nobody owned before. */
  readonly claims: Claim[];
}

/** Owners by the claims that were stored. */
export function ownersByClaims(claims: Iterable<Claim>): IdentifierOwners {
  const owners = new Map<string, IdentifierOwner>();
  const counts = new Map<string, number>();
  for (const claim of claims) {
    owners.set(keyOf(claim.kind, claim.value), claim);
    counts.set(claim.backendId, (counts.get(claim.backendId) ?? 0) + 1);
  }
  return { ownerOf: (kind, value) => owners.get(keyOf(kind, value)), countOf: (backendId) => counts.get(backendId) ?? 0 };
}

/**
 * Makes one catalog of many, with every identifier unique. An identifier belongs to the backend that owned it first;
 * where nobody does, the backend that was registered first gets it. What comes second is left out: the plan where only
 * the plan's id is taken, else the offering.
 *
 * @param inputs in order of registration, all backends that may own identifiers
 */
export function mergeCatalogs(inputs: readonly BackendCatalog[], owners: IdentifierOwners): MergedCatalogs {
  const merge = new Merge(owners);
  for (const { backendId, offerings } of inputs) {
    for (const offering of offerings) merge.add(backendId, offering);
  }
  return merge.result;
}

type Named = OfBackend<Omit<CatalogFinding, 'reason'> & { readonly serviceId: string; readonly serviceName: string }>;
type Objection = Pick<LeftOut, 'reason' | 'heldBy'>;

class Merge {
  readonly result: MergedCatalogs = { offerings: [], leftOut: [], warnings: [], claims: [] };
  private readonly published = new Map<string, Claim>();
  private readonly namesByLowerCase = new Map<string, string>();
  /** How many identifiers each backend gets that nobody owned before. */
  private readonly claimed = new Map<string, number>();

  constructor(private readonly owners: IdentifierOwners) {}

  add(backendId: string, offering: ServiceOffering): void {
    const named = { backendId, serviceId: offering.id, serviceName: offering.name };
    const claims = claimsOf(backendId, offering);
    const objection = claims.map((claim) => this.objectionTo(claim)).find((found) => found !== undefined);
    if (objection) return this.leaveOut(named, objection);
    const plans = offering.plans.filter((plan) => this.takesPlan(plan, named));
    const hollow = `service "${offering.name}" has no plan left that can be published`;
    if (plans.length === 0) return this.leaveOut(named, { reason: hollow });
    for (const claim of claims) this.take(claim);
    this.result.offerings.push({ ...offering, plans, backendId });
    this.warnOfSimilarName(named);
  }

  private takesPlan(plan: ServicePlan, named: Named): boolean {
    const { backendId, serviceId } = named;
    const claim: Claim = { kind: 'plan id', value: plan.id, backendId, serviceId };
    const objection = this.objectionTo(claim);
    if (objection) this.leaveOut({ ...named, planId: plan.id, planName: plan.name }, objection);
    else this.take(claim);
    return objection === undefined;
  }

  private objectionTo({ kind, value, backendId, serviceId }: Claim): Objection | undefined {
    const what = `${kind} "${value}"`;
    const stored = this.owners.ownerOf(kind, value);
    const published = this.published.get(keyOf(kind, value));
    const heldBy = (stored ?? published)?.backendId ?? backendId;
    if (heldBy !== backendId) return { reason: `${what} is offered by another backend, which had it first`, heldBy };
    if (published) return { reason: `${what} is offered twice by this backend` };
    if (!stored && !this.mayClaim(backendId)) {
      return { reason: `${what} is new, and this backend has published ${CATALOG_LIMITS.identifiers} identifiers already; only its removal frees them` };
    }
    if (kind !== 'plan id' || !stored || stored.serviceId === serviceId) return undefined;
    return { reason: `${what} belongs to service "${stored.serviceId}": a plan cannot move to another service` };
  }

  private mayClaim(backendId: string): boolean {
    return this.owners.countOf(backendId) + (this.claimed.get(backendId) ?? 0) < CATALOG_LIMITS.identifiers;
  }

  private take(claim: Claim): void {
    const { kind, value, backendId } = claim;
    this.published.set(keyOf(kind, value), claim);
    if (this.owners.ownerOf(kind, value)) return;
    this.result.claims.push(claim);
    this.claimed.set(backendId, (this.claimed.get(backendId) ?? 0) + 1);
  }

  private leaveOut(named: Named, objection: Objection): void {
    this.result.leftOut.push({ ...named, ...objection });
  }

  private warnOfSimilarName(named: Named): void {
    const { serviceName } = named;
    const similar = this.namesByLowerCase.get(serviceName.toLowerCase());
    this.namesByLowerCase.set(serviceName.toLowerCase(), similar ?? serviceName);
    if (similar === undefined) return;
    const reason = `service name "${serviceName}" differs from "${similar}" only in case`;
    this.result.warnings.push({ ...named, reason });
  }
}

function claimsOf(backendId: string, offering: ServiceOffering): Claim[] {
  const owner = { backendId, serviceId: offering.id };
  const client = offering.dashboardClientId;
  return [
    { kind: 'service id', value: offering.id, ...owner },
    { kind: 'service name', value: offering.name, ...owner },
    ...(client === undefined ? [] : [{ kind: 'dashboard client id', value: client, ...owner } as const]),
  ];
}

function keyOf(kind: IdentifierKind, value: string): string {
  return `${kind} ${value}`;
}
