import type { LeftOut, PublishedCatalog, PublishedOffering } from '#core';
import type { PlatformKind } from '#sdk';
import { leftOutView, type NameOfBackend } from '../backends/backend-view.js';
import { platformKind } from '../platforms/platform.schema.js';
import type { CatalogView } from './catalog.schema.js';

type OfBackend<T> = T & { readonly backendId: string };

const KINDS: readonly PlatformKind[] = platformKind.options;

/**
 * The published catalog with its provenance.
 *
 * @param unpublished what no platform is shown
 */
export function catalogView(catalog: PublishedCatalog, unpublished: readonly OfBackend<LeftOut>[], nameOf: NameOfBackend): CatalogView {
  const hidden = KINDS.flatMap((kind) => catalog.leftOutFor(kind).map((left) => ({ left, hiddenFrom: [kind] })));
  const leftOut = [...unpublished.map((left) => ({ left, hiddenFrom: [...KINDS] })), ...hidden];
  return {
    offerings: [...offeringsOf(catalog).values()].map((offering) => offeringView(offering, catalog, nameOf)),
    leftOut: leftOut.map(({ left, hiddenFrom }) => ({ ...leftOutView(left, nameOf), backend: nameOf(left.backendId), hiddenFrom })),
    etags: {
      cloudfoundry: catalog.viewFor('cloudfoundry').etag,
      kubernetes: catalog.viewFor('kubernetes').etag,
      other: catalog.viewFor('other').etag,
    },
  };
}

/** Each offering as the kind of platform is shown it that is shown the most of its plans. */
function offeringsOf(catalog: PublishedCatalog): Map<string, PublishedOffering> {
  const byId = new Map<string, PublishedOffering>();
  for (const offering of KINDS.flatMap((kind) => catalog.offeringsFor(kind))) {
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
    description,
    backend: nameOf(backendId),
    plans: plans.map((plan) => ({
      id: plan.id,
      name: plan.name,
      description: plan.description,
      free: plan.free,
      bindable: plan.bindable,
      shownTo: KINDS.filter((kind) => catalog.find(kind, id, plan.id).kind === 'found'),
    })),
  };
}
