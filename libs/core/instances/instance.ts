import type { InstanceMetadata } from '#sdk';
import type { Incarnation } from '../ids/ids.js';

/**
 * `creating` until the provision ends; `failed` while what may exist of it is being cleaned up; `deleted` rows stay for
 * the retention time so that their operations can still be asked about.
 */
export type LifeState = 'creating' | 'ready' | 'failed' | 'deleted';

/** Where each state may go. */
export const LIFE_TRANSITIONS: Readonly<Record<LifeState, readonly LifeState[]>> = {
  creating: ['ready', 'failed', 'deleted'],
  ready: ['deleted'],
  failed: ['deleted'],
  deleted: [],
};

/** What two provision requests must share to be identical (OSB 2.17, 409 rows; canonical comparison). */
export interface InstanceAttributes {
  readonly serviceId: string;
  readonly planId: string;
  readonly organizationGuid: string;
  readonly spaceGuid: string;
  /** Raw JSON object as sent; absent, null and `{}` are one. */
  readonly parameters?: string;
}

export interface Instance extends InstanceAttributes {
  readonly incarnation: Incarnation;
  readonly platformId: string;
  readonly instanceId: string;
  readonly backendId: string;
  readonly backendInstanceId: string;
  readonly state: LifeState;
  /** The newest context the platform sent, raw. */
  readonly context?: string;
  /** The backend's slot. */
  readonly backendState: Readonly<Record<string, string>>;
  readonly dashboardUrl?: string;
  readonly metadata?: InstanceMetadata;
  readonly maintenanceVersion?: string;
}
