import type { Timings } from '#core';
import { Landscape } from '../landscape.js';
import type { PlanOf } from './broker-client.js';
import type { ServiceInstance } from './objects.js';
import { ProviderOsb, type ProviderOsbOptions } from './provider-osb.js';

export type CrossplaneLandscape = Landscape<ProviderOsb>;

/** provider-osb in front of a gateway in front of every bundled backend, whose plan ids are no uuids. */
export function startCrossplane(options: Partial<ProviderOsbOptions> = {}, timings: Partial<Timings> = {}): Promise<CrossplaneLandscape> {
  return Landscape.start('crossplane', (login) => new ProviderOsb({ ...login, anyPlanId: true, noParameters: '{}', ...options }), timings);
}

/** The ids of a simulator's plan. */
export const planOf = (offering: string, plan: string): PlanOf => ({ service_id: `${offering}-service`, plan_id: `${offering}-${plan}` });

/** What a user does who wants an instance gone: the provider sees the end of every deletion. */
export async function disposeOf(platform: ProviderOsb, instance: ServiceInstance): Promise<void> {
  expect(await platform.delete(instance)).toBe('deleted');
}
