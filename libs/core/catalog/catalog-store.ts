import type { Claim, IdentifierOwners } from './merge-catalogs.js';

/** What is known of the last good catalog of a backend, and how the newest attempt to read it went. */
export interface StoredCatalog {
  readonly backendId: string;
  /** Another one for every body that is stored; absent while the catalog was never read. */
  readonly digest?: string;
  readonly fetchedAt?: Date;
  readonly attemptedAt?: Date;
  /** Why the newest attempt failed; absent when it did not. For operators only. */
  readonly failure?: string;
}

/** A stored catalog that cannot be opened: it is damaged, or sealed with a key that is gone. */
export class DamagedCatalog extends Error {
  override readonly name = 'DamagedCatalog';
}

/** Catalogs at rest. What was good once stays until an operator removes the backend. */
export abstract class CatalogStore {
  abstract all(): Promise<StoredCatalog[]>;
  /** The catalog of a backend as JSON; undefined while it was never read. @throws DamagedCatalog */
  abstract body(backendId: string): Promise<string | undefined>;
  /** Keeps a newly read catalog; raises the revision when the body changed. A damaged one is replaced. */
  abstract saveGood(backendId: string, body: string): Promise<void>;
  abstract saveFailure(backendId: string, failure: string): Promise<void>;
  abstract owners(): Promise<IdentifierOwners>;
  /** Claims identifiers nobody owns yet; where another replica was faster, that one keeps them. */
  abstract claim(claims: readonly Claim[]): Promise<void>;
  /** Rises whenever anything changed that the published catalog depends on. */
  abstract revision(): Promise<bigint>;
  abstract raiseRevision(): Promise<void>;
}
