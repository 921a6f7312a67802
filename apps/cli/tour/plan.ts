import { z } from 'zod';
import type { Answer } from './answer.js';
import { Surprise } from './surprise.js';

/** A plan, as found in the catalog. */
export interface Plan {
  readonly serviceId: string;
  readonly planId: string;
}

/** As it stands in bodies and queries. */
export const idsOf = ({ serviceId, planId }: Plan): { service_id: string; plan_id: string } => ({
  service_id: serviceId,
  plan_id: planId,
});

const named = z.object({ id: z.string(), name: z.string() });
const catalogBody = z.object({ services: z.array(named.extend({ plans: z.array(named) })) });

/** Names of the services in a catalog. */
export function servicesIn({ body }: Answer): string {
  return catalogBody.parse(body).services.map(({ name }) => name).join(', ');
}

/** Finds a plan of a bundled backend. Throws a {@link Surprise} where it is not offered. */
export function planIn(catalog: Answer, serviceName: string, planName: string): Plan {
  const service = catalogBody.parse(catalog.body).services.find(({ name }) => name === serviceName);
  const plan = service?.plans.find(({ name }) => name === planName);
  if (service && plan) return { serviceId: service.id, planId: plan.id };
  throw new Surprise(
    `service "${serviceName}" with plan "${planName}" in the catalog`,
    `${servicesIn(catalog) || 'no service at all'}; GET /admin/v1/backends tells what keeps a backend out`,
  );
}
