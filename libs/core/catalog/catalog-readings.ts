import { createHash } from 'node:crypto';
import { parseInSlices, type LargeJsonLimits } from '#sdk';
import type { BackendPolicy } from '../backends/backend.js';
import type { CatalogSize } from './catalog-budget.js';
import { totalSize } from './catalog-budget.js';
import { DamagedCatalog, type CatalogStore, type StoredCatalog } from './catalog-store.js';
import type { ParameterSchemas } from './parameter-schemas.js';
import type { CatalogReading } from './read-catalog.js';
import { readStored, sizeOfText } from './stored-catalog-text.js';

/** A stored catalog, read. */
export interface GoodCatalog {
  /** Of its text, which is not kept beside what was read from it. */
  readonly textDigest: string;
  readonly reading: CatalogReading;
  readonly size: CatalogSize;
}

/** The stored catalogs, each read once for every change of it, or of how it is to be read. */
export class CatalogReadings {
  private readonly byBackend = new Map<string, GoodCatalog & { readonly digest: string; readonly keepInvalidMetadata: boolean }>();

  constructor(
    private readonly catalogs: CatalogStore,
    private readonly schemas: ParameterSchemas,
  ) {}

  get(backendId: string): GoodCatalog | undefined {
    return this.byBackend.get(backendId);
  }

  /** Whether this is the text that was read last. */
  isKnown(backendId: string, text: string): boolean {
    return this.byBackend.get(backendId)?.textDigest === digestOf(text);
  }

  /** How much all other backends publish. */
  sizeBeside(backendId: string): CatalogSize {
    return totalSize([...this.byBackend].filter(([id]) => id !== backendId).map(([, { size }]) => size));
  }

  /** Reads what is new or has changed in the store; undefined when the backend has no catalog yet. @throws DamagedCatalog */
  async of({ backendId, digest }: StoredCatalog, { keepInvalidMetadata = false }: BackendPolicy): Promise<CatalogReading | undefined> {
    if (digest === undefined) return undefined;
    const known = this.byBackend.get(backendId);
    if (known?.digest === digest && known.keepInvalidMetadata === keepInvalidMetadata) return known.reading;
    const body = await this.catalogs.body(backendId);
    if (body === undefined) return undefined;
    const reading = await readStored(await parsed(body), this.schemas.of(backendId), keepInvalidMetadata);
    const size = sizeOfText({ services: [...reading.sources.values()] });
    this.byBackend.set(backendId, { digest, keepInvalidMetadata, textDigest: digestOf(body), reading, size });
    return reading;
  }

  /** Forgets backends that are not there any more. */
  keepOnly(backendIds: ReadonlySet<string>): void {
    for (const id of this.byBackend.keys()) if (!backendIds.has(id)) this.byBackend.delete(id);
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64');

/** It was within limits when it was stored. */
const NO_LIMITS: LargeJsonLimits = { maxDepth: Infinity, maxValues: Infinity, maxMembers: Infinity, maxNumberLength: Infinity };

/** Schemas that are not published are stored as they came: one with a key such as `__proto__` costs numbers their text. */
async function parsed(body: string): Promise<unknown> {
  try {
    return await parseInSlices(body, NO_LIMITS).catch(() => JSON.parse(body) as unknown);
  } catch {
    throw new DamagedCatalog('it is not JSON');
  }
}
