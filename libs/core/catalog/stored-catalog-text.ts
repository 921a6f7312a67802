import { z } from 'zod';
import type { CatalogSize } from './catalog-budget.js';
import { LISTED_FINDINGS } from './catalog-limits.js';
import type { CatalogFinding, LeftOut } from './offering.js';
import { FIRST_READING, readCatalog, type CatalogReading, type Source, type ServiceSource } from './read-catalog.js';

/** What of a catalog is stored: the entries that can be published, as they came, and what was left out. */
export interface CatalogText {
  readonly services: readonly ServiceSource[];
  readonly leftOut: readonly LeftOut[];
  readonly leftOutCount: number;
  /** Of plans that are stored without their schemas. */
  readonly lostSchemas: readonly CatalogFinding[];
}

/** One JSON text, in the order of the catalog it was read from. Release 0.1.0 reads only `services` of it. */
export function textOf({ services, leftOut, leftOutCount, lostSchemas }: CatalogText): string {
  const texts = inOrder(services).map(({ json, plans }) => {
    const list = inOrder([...plans.values()]).map((plan) => plan.json);
    return `${json.slice(0, -1)},"plans":[${list.join(',')}]}`;
  });
  const found = `"leftOut":${JSON.stringify({ count: leftOutCount, listed: leftOut })},"lostSchemas":${JSON.stringify(lostSchemas)}`;
  return `{"services":[${texts.join(',')}],${found}}`;
}

/** How much of it is published. */
export function sizeOfText({ services }: Pick<CatalogText, 'services'>): CatalogSize {
  let [plans, bytes] = [0, 0];
  for (const service of services) {
    plans += service.plans.size;
    bytes += Buffer.byteLength(service.json);
    for (const { json } of service.plans.values()) bytes += Buffer.byteLength(json);
  }
  return { plans, bytes };
}

const inOrder = <S extends Source>(sources: readonly S[]): S[] => sources.toSorted((a, b) => a.place - b.place);

const name = z.string().max(1_024).exactOptional();
const found = z.object({ serviceId: name, serviceName: name, planId: name, planName: name, reason: z.string().max(1_100) });
const stored = z.object({
  leftOut: z.object({ count: z.int().min(0), listed: z.array(found).max(LISTED_FINDINGS) }),
  /** Release 0.1.0 stores none. */
  lostSchemas: z.array(found).max(LISTED_FINDINGS).default([]),
});

/** Reads what was stored; with what had been left out before. */
export async function readStored(
  raw: unknown,
  schemas: Parameters<typeof readCatalog>[1],
  keepInvalidMetadata = false,
): Promise<CatalogReading> {
  const reading = await readCatalog(raw, schemas, { ...FIRST_READING, keepInvalidMetadata });
  const { data } = stored.safeParse(raw);
  if (!data) return reading;
  const { leftOut: { count, listed }, lostSchemas } = data;
  return {
    ...reading,
    leftOut: [...listed, ...reading.leftOut].slice(0, LISTED_FINDINGS),
    leftOutCount: count + reading.leftOutCount,
    warnings: [...lostSchemas, ...reading.warnings].slice(0, LISTED_FINDINGS),
    warningCount: lostSchemas.length + reading.warningCount,
  };
}
