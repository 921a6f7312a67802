import type { Timings } from '#core';
import { Landscape } from '../landscape.js';
import { ProviderOsb, type ProviderOsbOptions } from './provider-osb.js';

export type CrossplaneLandscape = Landscape<ProviderOsb>;

/** provider-osb in front of a gateway in front of every bundled backend, whose plan ids are no uuids. */
export function startCrossplane(options: Partial<ProviderOsbOptions> = {}, timings: Partial<Timings> = {}): Promise<CrossplaneLandscape> {
  return Landscape.start('kubernetes', (login) => new ProviderOsb({ ...login, anyPlanId: true, ...options }), timings);
}
