import { z } from 'zod';
import { plainNumber } from '#sdk';
import { isObject } from '../is-object.js';
import { brokenRules, shortList } from './catalog-rules.js';
import type { WireObject } from './offering.js';

/** The members of `metadata` that platforms know, with their types (OSB 2.17 profile; `shareable`: Cloud Controller). */
type MemberTypes = Readonly<Record<string, z.ZodType>>;

const currencies = z
  .unknown()
  .refine((value) => typeof value !== 'object' || value === null || Object.keys(value).length <= 100, {
    error: 'must not have more than 100 currencies',
    abort: true,
  })
  .pipe(z.record(z.string(), z.preprocess(plainNumber, z.number())));
const cost = z.preprocess(plainNumber, z.looseObject({ amount: z.preprocess(plainNumber, currencies), unit: z.string() }));

export const OFFERING_METADATA: MemberTypes = {
  displayName: z.string(),
  longDescription: z.string(),
  providerDisplayName: z.string(),
  imageUrl: z.string(),
  documentationUrl: z.string(),
  supportUrl: z.string(),
  shareable: z.boolean(),
};

export const PLAN_METADATA: MemberTypes = {
  displayName: z.string(),
  bullets: shortList(z.string(), 1_000),
  costs: shortList(cost, 100),
};

/** Korifi breaks down over the first, and Cloud Controller refuses the whole catalog over the second: never as sent. */
const NEVER_INVALID: ReadonlySet<string> = new Set(['documentationUrl', 'shareable']);

export interface MetadataReading {
  /** The same entry where nothing of it is left out. */
  readonly entry: unknown;
  /** One sentence for each member of another type. */
  readonly warnings: readonly string[];
}

/**
 * Leaves out members of `metadata` that are not of the type platforms decode them into: strict clients refuse the whole
 * catalog over one. With `keepInvalid` they are only told of.
 *
 * @param at the place of the entry, such as `services[0].plans[2]`
 */
export function readMetadata(entry: unknown, at: string, types: MemberTypes, keepInvalid: boolean): MetadataReading {
  if (!isObject(entry)) return { entry, warnings: [] };
  const { metadata, ...rest } = entry as WireObject;
  if (metadata === undefined) return { entry, warnings: [] };
  if (!isObject(metadata)) return { entry: rest, warnings: [`${at}.metadata must be an object: it is not published`] };
  const kept = { ...(metadata as WireObject) };
  const warnings = Object.entries(types).flatMap(([member, type]) => {
    const broken = kept[member] === undefined ? undefined : brokenRules(type, kept[member], `${at}.metadata.${member}`);
    if (broken === undefined) return [];
    if (keepInvalid && !NEVER_INVALID.has(member)) return [broken];
    Reflect.deleteProperty(kept, member);
    return [`${broken}: the member is not published`];
  });
  return { entry: warnings.length === 0 ? entry : { ...rest, metadata: kept }, warnings };
}
