import { createHash } from 'node:crypto';

/** The digest by which an id is found; see `osb_key` in the schema. */
export const keyOf = (id: string): Buffer => createHash('sha256').update(id, 'utf8').digest();
