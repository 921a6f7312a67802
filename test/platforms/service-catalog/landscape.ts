import type { Timings } from '#core';
import { Landscape } from '../landscape.js';
import { ServiceCatalog, type ServiceCatalogOptions } from './service-catalog.js';

export type ClusterLandscape = Landscape<ServiceCatalog>;

/** A cluster in front of a gateway in front of every bundled backend; its catalog is read. */
export async function startCluster(options: Partial<ServiceCatalogOptions> = {}, timings: Partial<Timings> = {}): Promise<ClusterLandscape> {
  const landscape = await Landscape.start('kubernetes', (login) => new ServiceCatalog({ ...login, ...options }), timings);
  await landscape.platform.relist();
  return landscape;
}
