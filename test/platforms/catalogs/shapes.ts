import { createHash } from 'node:crypto';

export type Entry = Readonly<Record<string, unknown>>;

/** A catalog as a broker sends it. */
export interface Catalog {
  readonly services: readonly (Entry & { readonly name: string; readonly plans: readonly (Entry & { readonly name: string })[] })[];
}

export const DRAFT_04 = 'http://json-schema.org/draft-04/schema#';
export const DRAFT_06 = 'http://json-schema.org/draft-06/schema#';
export const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';
export const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema';

/** One for each name, as brokers make ids of names. */
export function uuidOf(name: string): string {
  const hex = createHash('sha1').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

/** An image in the document itself. */
export const dataUri = (bytes: number): string => `data:image/png;base64,${Buffer.alloc(bytes, 1).toString('base64')}`;

/** `schemas` of a plan, the same for each verb. */
export function schemasOf(create: Entry, update = create, bind: Entry = { $schema: create['$schema'], type: 'object' }): Entry {
  const held = (parameters: Entry): Entry => ({ parameters });
  return { service_instance: { create: held(create), update: held(update) }, service_binding: { create: held(bind) } };
}
