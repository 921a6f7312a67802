import type { History } from '../history.js';
import { nameOf } from './resource.js';

/** I5: no backend is asked for what another one offers. */
export function rightBackend({ backends, database }: History): string[] {
  const strayed = backends.flatMap(({ name, serviceIds, calls }) =>
    calls
      .filter(({ serviceId }) => serviceId !== undefined && !serviceIds.includes(serviceId))
      .map((call) => `backend ${name} got a ${call.verb} of ${nameOf(call)} for service ${call.serviceId}, which it does not offer`),
  );
  const misplaced = database.instances
    .filter(({ backend, serviceId }) => backends.some(({ name, serviceIds }) => name === backend && !serviceIds.includes(serviceId)))
    .map(({ instanceId, backend, serviceId }) => `instance ${instanceId} of service ${serviceId} was given to backend ${backend}`);
  return [...strayed, ...misplaced];
}
