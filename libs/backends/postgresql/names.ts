import { createHash } from 'node:crypto';
import type { BindingRef, InstanceRef } from '#sdk';

/**
 * What an instance's objects are called on the server: the same at every call, and at most 63 bytes, whatever the
 * platform's ids look like. The service is part of it, so two backends on one server keep apart.
 */
export interface InstanceNames {
  readonly database: string;
  /** Owns everything in the database; cannot log in. */
  readonly owner: string;
  /** May read everything in the database; cannot log in. */
  readonly reader: string;
  /** Starts the names of the reader and of all binding roles. */
  readonly rolePrefix: string;
}

export function instanceNames({ serviceId, instanceId }: InstanceRef): InstanceNames {
  // No id can hold a NUL, so no other pair of ids gives the same text.
  return namesOfDatabase(`osb_${digest(`${serviceId}\0${instanceId}`)}`);
}

/** The same, from the database's name. */
export function namesOfDatabase(database: string): InstanceNames {
  return { database, owner: database, reader: `${database}_ro`, rolePrefix: `${database}_` };
}

export function bindingRole(binding: BindingRef): string {
  return `${instanceNames(binding).rolePrefix}${digest(binding.bindingId)}`;
}

/** 26 characters of a-v and 0-9: the first 126 bits of the SHA-256. */
export function digest(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return BigInt(`0x${hex}`).toString(32).padStart(52, '0').slice(0, 26);
}
