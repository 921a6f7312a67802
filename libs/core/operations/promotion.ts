import { Injectable } from '@nestjs/common';
import { BackendRegistry } from '../backends/backend-registry.js';
import { Catalog } from '../catalog/catalog.js';
import { PLATFORM_PROFILES } from '../platforms/platform-profiles.js';
import type { Caller } from './caller.js';
import type { Task } from './lifecycle-store.js';
import { Timings } from './timings.js';

/** Decides whether and when a slow call is answered 202 and finished in the background (decision 9). */
@Injectable()
export class Promotion {
  constructor(
    private readonly registry: BackendRegistry,
    private readonly catalog: Catalog,
    private readonly timings: Timings,
  ) {}

  /** Milliseconds to wait for the backend before the 202; undefined where only waiting will do. */
  promoteAfterMs({ operation, instance, platform }: Task, { acceptsIncomplete }: Pick<Caller, 'acceptsIncomplete'>): number | undefined {
    if (!acceptsIncomplete || !this.isAllowed(operation.kind, instance.backendId, instance.serviceId, instance.planId)) return undefined;
    const ofBackendMs = this.registry.record(instance.backendId)?.policy.promoteAfterMs ?? this.timings.promoteAfterMs;
    return Math.min(ofBackendMs, PLATFORM_PROFILES[platform.kind].promoteAfterMs ?? Infinity);
  }

  private isAllowed(kind: Task['operation']['kind'], backendId: string, serviceId: string, planId: string): boolean {
    const offering = this.catalog.findByIds(serviceId, planId)?.offering;
    if (kind === 'bind' || kind === 'unbind') return offering?.bindingsRetrievable === true;
    if (kind === 'deprovision') return true;
    const hasDashboard = offering?.dashboardClientId !== undefined;
    return !hasDashboard || this.registry.capabilitiesOf(backendId).dashboardUrlUpFront === true;
  }
}
