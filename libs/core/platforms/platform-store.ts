import type { AuditEvent } from '../audit/audit-event.js';
import type { Platform } from './platform.js';

/** A credential as it is stored: the password only as its digest. */
export interface NewCredential {
  readonly username: string;
  readonly digest: string;
}

/** Registered platforms and their credentials. */
export abstract class PlatformStore {
  abstract all(): Promise<Platform[]>;
  abstract insert(
    platform: Pick<Platform, 'id' | 'name' | 'kind'>,
    credential: NewCredential,
    audit: AuditEvent,
  ): Promise<'inserted' | 'name taken' | 'username taken'>;
  /** Adds a username nobody has. */
  abstract addCredential(platformId: string, credential: NewCredential, audit: AuditEvent): Promise<'kept' | 'username taken'>;
  /** Replaces the digest of a username of this platform, or adds the username. */
  abstract putCredential(platformId: string, credential: NewCredential, audit: AuditEvent): Promise<'kept' | 'username taken'>;
}
