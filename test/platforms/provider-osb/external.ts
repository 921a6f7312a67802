import type { Details, Managed } from './objects.js';

export interface Observation {
  readonly exists: boolean;
  readonly isUpToDate?: boolean;
  /** For the Secret. */
  readonly details?: Details | undefined;
}

/** What Crossplane asks of a provider, for one kind of resource. Everything may throw, and is tried again then. */
export interface External<R extends Managed> {
  observe(resource: R): Promise<Observation>;
  create(resource: R): Promise<Details | undefined>;
  update(resource: R): Promise<Details | undefined>;
  delete(resource: R): Promise<void>;
}
