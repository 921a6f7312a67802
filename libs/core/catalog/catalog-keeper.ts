import { Injectable } from '@nestjs/common';
import { BackendRegistry, messageOf } from '../backends/backend-registry.js';
import { BackendStore } from '../backends/backend-store.js';
import type { Backend } from '../backends/backend.js';
import { Journal } from '../journal/journal.js';
import { Catalog } from './catalog.js';
import { CatalogStore, type StoredCatalog } from './catalog-store.js';
import { withLastGoodEntries, type ReadCatalog } from './last-good-entries.js';
import { mergeCatalogs, type BackendCatalog, type MergedCatalogs } from './merge-catalogs.js';
import type { CatalogFinding, LeftOut } from './offering.js';
import { ParameterSchemas } from './parameter-schemas.js';
import { PublishedCatalog } from './published-catalog.js';
import { readCatalog } from './read-catalog.js';

const READ_TIMEOUT_MS = 15_000;
const NOTHING_ANY_MORE = 'it offers nothing any more that can be published; what it offered before stays. Disable the backend if that is meant';

interface CatalogInput {
  readonly input: BackendCatalog;
  readonly leftOut: readonly LeftOut[];
  readonly warnings: readonly CatalogFinding[];
  readonly catalog?: ReadCatalog;
}

/** How a backend's part of the catalog is doing, for operators. */
export interface CatalogCondition extends Omit<StoredCatalog, 'body'> {
  readonly leftOut: readonly LeftOut[];
  /** What is published, and likely to trouble some platform or reader. */
  readonly warnings: readonly CatalogFinding[];
}

/**
 * Keeps the published catalog right: reads backends in the background, stores what is good, merges, publishes. What a
 * backend once offered stays while it is down, slow or wrong (decision 26).
 */
@Injectable()
export class CatalogKeeper {
  private conditions = new Map<string, CatalogCondition>();
  /** Of backends with something to offer in the catalogs that are stored. */
  private lastGood = new Map<string, ReadCatalog>();
  private seenRevision = -1n;
  private rebuilding: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(
    private readonly backends: BackendStore,
    private readonly catalogs: CatalogStore,
    private readonly registry: BackendRegistry,
    private readonly schemas: ParameterSchemas,
    private readonly catalog: Catalog,
    private readonly journal: Journal,
  ) {}

  condition(backendId: string): CatalogCondition {
    return this.conditions.get(backendId) ?? { backendId, leftOut: [], warnings: [] };
  }

  /** Reads one backend's catalog now. Never throws for what the backend does: the failure is kept for operators. */
  async refresh(backendId: string): Promise<void> {
    const { body, failure } = await this.readGood(backendId);
    if (this.stopping.signal.aborted && failure !== undefined) return;
    if (body !== undefined) await this.catalogs.saveGood(backendId, body);
    if (failure !== undefined) {
      this.journal.warn('catalog of a backend could not be read', { backendId, failure });
      await this.catalogs.saveFailure(backendId, failure);
    }
    await this.rebuild();
  }

  /** What is good of it, and what is wrong. Without the database: that it is away is no failure of the backend. */
  private async readGood(backendId: string): Promise<{ readonly body?: string; readonly failure?: string }> {
    try {
      const raw = await this.read(backendId);
      const now = { raw, reading: await readCatalog(raw, this.schemas.of(backendId)) };
      const before = this.lastGood.get(backendId);
      if (!before) return { body: JSON.stringify(raw) };
      const { raw: good, kept } = withLastGoodEntries(now, before);
      if (now.reading.offerings.length === 0 && kept.length === 0) return { failure: NOTHING_ANY_MORE };
      if (kept.length === 0) return { body: JSON.stringify(good) };
      const failure = `what it offered before stays in place of what cannot be published: ${kept.map(({ reason }) => reason).join('; ')}`;
      const body = JSON.stringify(good);
      return body === JSON.stringify(before.raw) ? { failure } : { body, failure };
    } catch (error) {
      return { failure: this.failureOf(backendId, error) };
    }
  }

  private failureOf(backendId: string, error: unknown): string {
    const record = this.registry.record(backendId);
    return record ? this.registry.withoutSecrets(record, messageOf(error)) : messageOf(error);
  }

  private async read(backendId: string): Promise<unknown> {
    const timeout = AbortSignal.timeout(READ_TIMEOUT_MS);
    const signal = AbortSignal.any([timeout, this.stopping.signal]);
    const late = new Promise<never>((_resolve, reject) => {
      const reason = (): string => (timeout.aborted ? `no catalog within ${READ_TIMEOUT_MS / 1000} s` : 'the gateway stops');
      signal.addEventListener('abort', () => reject(new Error(reason())), { once: true });
    });
    return Promise.race([this.registry.get(backendId).catalog({ signal }), late]);
  }

  /** Gives up reading, so that no backend holds up the end of this process. */
  stop(): void {
    this.stopping.abort();
  }

  /** Merges and publishes what is stored, here; other replicas notice by the revision. One at a time. */
  rebuild(): Promise<void> {
    const next = this.rebuilding.catch(() => undefined).then(() => this.rebuildNow());
    this.rebuilding = next;
    return next;
  }

  /** Follows changes made by other replicas. */
  async catchUp(): Promise<void> {
    if ((await this.catalogs.revision()) !== this.seenRevision) await this.rebuild();
  }

  private async rebuildNow(): Promise<void> {
    const revision = await this.catalogs.revision();
    const [records, stored, owners] = await Promise.all([this.backends.all(), this.catalogs.all(), this.catalogs.owners()]);
    await this.adopt(records);
    const byBackend = new Map(stored.map((catalog) => [catalog.backendId, catalog]));
    const inputs = await Promise.all(
      records.map((record) => this.inputOf(record, byBackend.get(record.id))),
    );
    const merged = mergeCatalogs(inputs.map(({ input }) => input), owners);
    if (merged.claims.length > 0) {
      await this.catalogs.claim(merged.claims);
      return this.rebuildNow();
    }
    const readings = inputs.flatMap(({ input, catalog }) => (catalog ? [[input.backendId, catalog] as const] : []));
    this.lastGood = new Map(readings.filter(([, { reading }]) => reading.offerings.length > 0));
    const hidden = new Set(records.filter(({ state }) => state === 'disabled').map(({ id }) => id));
    this.catalog.publish(PublishedCatalog.of(merged.offerings, hidden));
    const before = this.conditions;
    this.conditions = new Map(inputs.map((each) => [each.input.backendId, conditionOf(each, merged, byBackend.get(each.input.backendId))]));
    for (const { id, name } of records) this.tellWarnings(name, this.conditions.get(id), before.get(id));
    this.seenRevision = revision;
  }

  /** Brings the live backends in line with the records, whichever replica changed them. */
  private async adopt(records: readonly Backend[]): Promise<void> {
    for (const record of records) {
      await this.registry.put(record).catch((error: unknown) => {
        this.journal.error('a backend could not be made ready', { backend: record.name, error });
      });
    }
    const known = new Set(records.map(({ id }) => id));
    await Promise.all(this.registry.ids().filter((id) => !known.has(id)).map((id) => this.registry.remove(id)));
  }

  private async inputOf({ id: backendId }: Backend, stored: StoredCatalog | undefined): Promise<CatalogInput> {
    if (stored?.body === undefined) return { input: { backendId, offerings: [] }, leftOut: [], warnings: [] };
    const raw: unknown = JSON.parse(stored.body);
    const reading = await readCatalog(raw, this.schemas.of(backendId));
    const { offerings, leftOut, warnings } = reading;
    return { input: { backendId, offerings }, leftOut, warnings, catalog: { raw, reading } };
  }

  /** Said when there are others than before, as far as this process knows. */
  private tellWarnings(backend: string, now: CatalogCondition | undefined, before: CatalogCondition | undefined): void {
    const reasons = reasonsOf(now);
    if (reasons.length === 0 || JSON.stringify(reasons) === JSON.stringify(reasonsOf(before))) return;
    const fields = { backend, count: reasons.length, first: reasons.slice(0, MOST_TOLD) };
    this.journal.warn('the catalog of a backend may trouble platforms', fields);
  }
}

/** The log has so many of a catalog's warnings; the admin API shows all. */
const MOST_TOLD = 5;

const reasonsOf = (condition: CatalogCondition | undefined): string[] => condition?.warnings.map(({ reason }) => reason) ?? [];

function conditionOf(
  { input: { backendId }, leftOut, warnings }: CatalogInput,
  merged: Pick<MergedCatalogs, 'leftOut' | 'warnings'>,
  stored: StoredCatalog = { backendId },
): CatalogCondition {
  const { body: _, ...state } = stored;
  const own = <T extends { readonly backendId: string }>(each: readonly T[]): T[] => each.filter((one) => one.backendId === backendId);
  return { ...state, leftOut: [...leftOut, ...own(merged.leftOut)], warnings: [...warnings, ...own(merged.warnings)] };
}
