import type { AuditEvent } from '../audit/audit-event.js';
import type { Backend } from './backend.js';

/** What may change of a backend; absent members stay. */
export type BackendChange = Partial<Pick<Backend, 'state' | 'closedMessage' | 'settings' | 'policy' | 'planPolicies'>>;

/** Registered backends. Settings are sealed at rest. Every write leaves its audit event in the same transaction. */
export abstract class BackendStore {
  /** Oldest first: the order of registration decides who owns an id. */
  abstract all(): Promise<Backend[]>;
  abstract insert(backend: Backend, audit: AuditEvent): Promise<'inserted' | 'name taken'>;
  /**
   * Raises the version. Undefined when there is no such backend any more.
   *
   * @param ifVersion the version that is to be changed, and no other
   */
  abstract change(id: string, change: BackendChange, audit: AuditEvent, ifVersion?: number): Promise<Backend | 'another version' | undefined>;
  /** Refused while any instance that is not deleted belongs to it. Ids it owned in the catalog become free. */
  abstract remove(id: string, audit: AuditEvent): Promise<'removed' | { readonly instances: number }>;
  abstract countInstances(id: string): Promise<number>;
}
