import { PLATFORM_KINDS, type LeftOut, type PublishedCatalog, type PublishedOffering } from '#core';
import type { PlatformKind } from '#sdk';
import { leftOutView, type NameOfBackend } from '../backends/backend-view.js';
import type { CatalogView } from './catalog.schema.js';

type OfBackend<T> = T & { readonly backendId: string };

/** A page ends with the offering that brings it to so many plans. */
const PLANS_OF_A_PAGE = 1_000;
const LISTED_LEFT_OUT = 1_000;
const SHOWN_OF_DESCRIPTION = 1_000;

/** What no platform is shown. */
interface Unpublished {
  readonly listed: readonly OfBackend<LeftOut>[];
  readonly count: number;
}

/**
 * A page of the published catalog with its provenance.
 *
 * @param after the id of the last offering of the page before
 */
export function catalogView(catalog: PublishedCatalog, unpublished: Unpublished, nameOf: NameOfBackend, after?: string): CatalogView {
  const hidden = hiddenIn(catalog);
  const leftOut = [...unpublished.listed.map((left) => ({ left, hiddenFrom: [...PLATFORM_KINDS] })), ...hidden].slice(0, LISTED_LEFT_OUT);
  const { offerings, next } = pageOf([...offeringsOf(catalog).values()], after);
  return {
    offerings: offerings.map((offering) => offeringView(offering, catalog, nameOf)),
    leftOut:
      after === undefined
        ? leftOut.map(({ left, hiddenFrom }) => ({ ...leftOutView(left, nameOf), backend: nameOf(left.backendId), hiddenFrom }))
        : [],
    leftOutCount: unpublished.count + hidden.length,
    ...(next !== undefined && { next }),
    etags: Object.fromEntries(PLATFORM_KINDS.map((kind) => [kind, catalog.viewFor(kind).etag])) as Record<PlatformKind, string>,
  };
}

/** What some kinds of platform are not shown, each with all of them. */
function hiddenIn(catalog: PublishedCatalog): { left: OfBackend<LeftOut>; hiddenFrom: PlatformKind[] }[] {
  const kinds = Map.groupBy(PLATFORM_KINDS, (kind) => catalog.leftOutFor(kind));
  return [...kinds].flatMap(([all, hiddenFrom]) => all.map((left) => ({ left, hiddenFrom })));
}

function pageOf(all: readonly PublishedOffering[], after: string | undefined): { offerings: readonly PublishedOffering[]; next?: string } {
  const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  let [end, plans] = [start, 0];
  while (end < all.length && plans < PLANS_OF_A_PAGE) plans += all[end++]?.plans.length ?? 0;
  const last = all[end - 1];
  return { offerings: all.slice(start, end), ...(end < all.length && last && { next: last.id }) };
}

/** Each offering as the kind of platform is shown it that is shown the most of its plans. */
function offeringsOf(catalog: PublishedCatalog): Map<string, PublishedOffering> {
  const byId = new Map<string, PublishedOffering>();
  for (const offering of PLATFORM_KINDS.flatMap((kind) => catalog.offeringsFor(kind))) {
    const known = byId.get(offering.id);
    if (!known || known.plans.length < offering.plans.length) byId.set(offering.id, offering);
  }
  return byId;
}

function offeringView(offering: PublishedOffering, catalog: PublishedCatalog, nameOf: NameOfBackend): CatalogView['offerings'][number] {
  const { id, name, description, backendId, plans } = offering;
  return {
    id,
    name,
    description: description.slice(0, SHOWN_OF_DESCRIPTION),
    backend: nameOf(backendId),
    plans: plans.map((plan) => ({
      id: plan.id,
      name: plan.name,
      description: plan.description.slice(0, SHOWN_OF_DESCRIPTION),
      free: plan.free,
      bindable: plan.bindable,
      shownTo: PLATFORM_KINDS.filter((kind) => catalog.find(kind, id, plan.id).kind === 'found'),
    })),
  };
}
