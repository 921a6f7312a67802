import { Injectable } from '@nestjs/common';
import { BrokerError, type PlatformKind } from '#sdk';
import type { ServiceOffering, ServicePlan } from './offering.js';
import { PublishedCatalog, type CatalogView } from './published-catalog.js';

/** A plan with its offering and the backend that owns both. */
export interface Offered {
  readonly offering: ServiceOffering;
  readonly plan: ServicePlan;
  readonly backendId: string;
}

/** The catalog as it is served: in memory, replaced as a whole, never asking a backend. */
@Injectable()
export class Catalog {
  private current = PublishedCatalog.empty();

  publish(next: PublishedCatalog): void {
    this.current = next;
  }

  published(): PublishedCatalog {
    return this.current;
  }

  viewFor(kind: PlatformKind): CatalogView {
    return this.current.viewFor(kind);
  }

  /** @throws BrokerError BadRequest that names what is not offered to this kind of platform */
  require(kind: PlatformKind, serviceId: string, planId: string): Offered {
    const found = this.current.find(kind, serviceId, planId);
    if (found.kind === 'found') return found;
    throw new BrokerError('BadRequest', `${found.reason}; see GET /v2/catalog`);
  }

  /** The plan of an existing instance, whatever its platform is shown; undefined when it is not offered any more. */
  findByIds(serviceId: string, planId: string): Offered | undefined {
    return this.current.findByIds(serviceId, planId);
  }
}
