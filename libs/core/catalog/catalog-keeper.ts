import { Injectable } from '@nestjs/common';
import { BackendRegistry, messageOf } from '../backends/backend-registry.js';
import { BackendStore } from '../backends/backend-store.js';
import type { Backend } from '../backends/backend.js';
import { Journal } from '../journal/journal.js';
import { ToldOnce } from '../journal/told-once.js';
import { Catalog } from './catalog.js';
import { CatalogStore, DamagedCatalog, type StoredCatalog } from './catalog-store.js';
import { CatalogReadings, type GoodCatalog } from './catalog-readings.js';
import type { KnownEntries } from './admit-entries.js';
import { budgetBeside } from './catalog-budget.js';
import { LISTED_FINDINGS } from './catalog-limits.js';
import { fitsInto, withLastGoodEntries } from './last-good-entries.js';
import { mergeCatalogs, type BackendCatalog, type Claim, type MergedCatalogs } from './merge-catalogs.js';
import type { CatalogFinding, LeftOut } from './offering.js';
import { ParameterSchemas } from './parameter-schemas.js';
import { PublishedCatalog } from './published-catalog.js';
import { renderEntries } from './rendered-entries.js';
import { readCatalog, type CatalogReading, type LostEntry } from './read-catalog.js';
import { textOf } from './stored-catalog-text.js';

const READ_TIMEOUT_MS = 15_000;
const MOST_CLAIMS = 2_000;
const NOTHING_ANY_MORE = 'it offers nothing any more that can be published; what it offered before stays. Disable the backend if that is meant';

interface CatalogInput {
  readonly input: BackendCatalog;
  readonly reading?: CatalogReading;
}

interface CatalogAttempt {
  readonly body?: string;
  readonly failure?: string;
}

/** How a backend's part of the catalog is doing, for operators. */
export interface CatalogCondition extends StoredCatalog, FindingsOfCatalog {}

/** What there is to tell of a catalog. */
interface FindingsOfCatalog {
  /** The first of what is not published; `leftOutCount` is how much it is. */
  readonly leftOut: readonly LeftOut[];
  readonly leftOutCount: number;
  /** The first of what is published, and likely to trouble some platform or reader; `warningCount` is how much it is. */
  readonly warnings: readonly CatalogFinding[];
  readonly warningCount: number;
}

/**
 * Keeps the published catalog right: reads backends in the background, stores what is good, merges, publishes. What a
 * backend once offered stays while it is down, slow or wrong (decision 26).
 */
@Injectable()
export class CatalogKeeper {
  private conditions = new Map<string, CatalogCondition>();
  private readonly readings: CatalogReadings;
  private found = new Map<string, FindingsOfCatalog>();
  /** Backends that could not be made ready, and those whose catalog could not be read. */
  private readonly unready = new ToldOnce();
  private readonly failed = new ToldOnce();
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
  ) {
    this.readings = new CatalogReadings(catalogs, schemas);
  }

  condition(backendId: string): CatalogCondition {
    return this.conditions.get(backendId) ?? { backendId, ...NOTHING_FOUND };
  }

  /** Reads one backend's catalog now. Never throws for what the backend does: the failure is kept for operators. */
  async refresh(backendId: string): Promise<void> {
    const { body, failure } = await this.readGood(backendId);
    if (this.stopping.signal.aborted && failure !== undefined) return;
    if (body !== undefined && (failure === undefined || !this.readings.isKnown(backendId, body))) {
      await this.catalogs.saveGood(backendId, body);
    }
    if (failure !== undefined) {
      this.tellFailure(backendId, failure);
      await this.catalogs.saveFailure(backendId, failure);
    }
    if (failure === undefined) this.failed.forget(backendId);
    await this.rebuild();
  }

  /** As the backend is now: what one answered whose settings were changed meanwhile says nothing. */
  private async readGood(backendId: string): Promise<CatalogAttempt> {
    for (;;) {
      const asked = this.registry.find(backendId);
      const attempt = await this.attempt(backendId);
      const now = this.registry.find(backendId);
      if (now === asked) return attempt;
      if (now === undefined) return {};
    }
  }

  /** What is good of it, and what is wrong. Without the database: that it is away is no failure of the backend. */
  private async attempt(backendId: string): Promise<CatalogAttempt> {
    try {
      const raw = await this.read(backendId);
      const before = this.lastGood(backendId);
      const budget = budgetBeside(this.readings.sizeBeside(backendId));
      const keepInvalidMetadata = this.registry.record(backendId)?.policy.keepInvalidMetadata ?? false;
      const now = await readCatalog(raw, this.schemas.of(backendId), { budget, known: publishedIn(before?.reading), keepInvalidMetadata });
      const { kept, ...text } = before ? withLastGoodEntries(now, before.reading) : { ...now, services: [...now.sources.values()], kept: [] };
      if (before && text.services.length === 0) return { failure: NOTHING_ANY_MORE };
      if (kept.length === 0) return { body: textOf(text) };
      if (!fitsInto(budget, text)) return { failure: `${keptInstead(kept)}; nothing new is published, it would be too much beside that` };
      return { body: textOf(text), failure: keptInstead(kept) };
    } catch (error) {
      return { failure: this.registry.readableText(backendId, messageOf(error)) };
    }
  }

  /** Of a backend that has something to offer. */
  private lastGood(backendId: string): GoodCatalog | undefined {
    const known = this.readings.get(backendId);
    return known && known.reading.offerings.length > 0 ? known : undefined;
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
    const [records, stored] = await Promise.all([this.backends.all(), this.catalogs.all()]);
    await this.adopt(records);
    if (revision !== this.seenRevision && !(await this.merge(records, stored))) return this.rebuildNow();
    this.seenRevision = revision;
    this.tellConditions(records, stored);
  }

  /** Publishes what is stored; false when identifiers had to be claimed first, which another replica may have got. */
  private async merge(records: readonly Backend[], stored: readonly StoredCatalog[]): Promise<boolean> {
    const owners = await this.catalogs.owners();
    this.readings.keepOnly(new Set(records.map(({ id }) => id)));
    const byBackend = new Map(stored.map((catalog) => [catalog.backendId, catalog]));
    const inputs = await Promise.all(records.map((record) => this.inputOf(record, byBackend.get(record.id))));
    const merged = mergeCatalogs(inputs.map(({ input }) => input), owners);
    if (merged.claims.length > 0) {
      await this.claim(merged.claims);
      return false;
    }
    const hidden = new Set(records.filter(({ state }) => state === 'disabled').map(({ id }) => id));
    await renderEntries(merged.offerings);
    this.catalog.publish(PublishedCatalog.of(merged.offerings, hidden));
    this.found = new Map(inputs.map(({ input: { backendId }, reading }) => [backendId, findingsOf(backendId, reading, merged)]));
    return true;
  }

  /** So many in one statement. */
  private async claim(claims: readonly Claim[]): Promise<void> {
    for (let from = 0; from < claims.length; from += MOST_CLAIMS) {
      await this.catalogs.claim(claims.slice(from, from + MOST_CLAIMS));
    }
  }

  private tellConditions(records: readonly Backend[], stored: readonly StoredCatalog[]): void {
    const before = this.conditions;
    const states = new Map(stored.map((each) => [each.backendId, each]));
    this.conditions = new Map(
      records.map(({ id }) => [id, { backendId: id, ...states.get(id), ...(this.found.get(id) ?? NOTHING_FOUND) }]),
    );
    for (const told of [this.unready, this.failed]) told.keepOnly(new Set(this.conditions.keys()));
    for (const { id, name } of records) this.tellWarnings(name, this.conditions.get(id), before.get(id));
  }

  /** Brings the live backends in line with the records, whichever replica changed them. */
  private async adopt(records: readonly Backend[]): Promise<void> {
    for (const record of records) {
      await this.registry.put(record).then(
        () => this.unready.forget(record.id),
        (error: unknown) => this.tellUnready(record, messageOf(error)),
      );
    }
    const known = new Set(records.map(({ id }) => id));
    await Promise.all(this.registry.ids().filter((id) => !known.has(id)).map((id) => this.registry.remove(id)));
  }

  /** Told once for each reason, however often the catalog is built. */
  private tellUnready({ id, name }: Backend, reason: string): void {
    if (this.unready.isNews(id, reason)) this.journal.error('a backend could not be made ready', { backend: name, reason });
  }

  /** Told once for each reason, until it is read again. */
  private tellFailure(backendId: string, failure: string): void {
    if (!this.failed.isNews(backendId, failure)) return;
    const backend = this.registry.record(backendId)?.name;
    this.journal.warn('catalog of a backend could not be read', { backend, backendId, failure });
  }

  /** One that is damaged takes nothing from the others: the backend is read anew. */
  private async readingOf({ id: backendId, name: backend, policy }: Backend, stored: StoredCatalog): Promise<CatalogReading | undefined> {
    try {
      return await this.readings.of(stored, policy);
    } catch (error) {
      if (!(error instanceof DamagedCatalog)) throw error;
      this.journal.error('the stored catalog of a backend is damaged, and is read from it anew', { backend, backendId, reason: error.message });
      return this.readings.get(backendId)?.reading;
    }
  }

  private async inputOf(record: Backend, stored: StoredCatalog | undefined): Promise<CatalogInput> {
    const backendId = record.id;
    const reading = stored && (await this.readingOf(record, stored));
    return { input: { backendId, offerings: reading?.offerings ?? [] }, ...(reading && { reading }) };
  }

  /** Said when there are others than before, as far as this process knows. */
  private tellWarnings(backend: string, now: CatalogCondition | undefined, before: CatalogCondition | undefined): void {
    const reasons = reasonsOf(now);
    if (reasons.length === 0 || JSON.stringify(reasons) === JSON.stringify(reasonsOf(before))) return;
    const fields = { backend, count: now?.warningCount, first: reasons.slice(0, MOST_TOLD) };
    this.journal.warn('the catalog of a backend may trouble platforms', fields);
  }
}

/** The log has so many of a catalog's warnings; the admin API shows all. */
const MOST_TOLD = 5;

const reasonsOf = (condition: CatalogCondition | undefined): string[] => condition?.warnings.map(({ reason }) => reason) ?? [];

const NOTHING_FOUND: FindingsOfCatalog = { leftOut: [], leftOutCount: 0, warnings: [], warningCount: 0 };

function findingsOf(
  backendId: string,
  reading: FindingsOfCatalog = NOTHING_FOUND,
  merged: Pick<MergedCatalogs, 'leftOut' | 'warnings'>,
): FindingsOfCatalog {
  const own = <T extends { readonly backendId: string }>(each: readonly T[]): T[] => each.filter((one) => one.backendId === backendId);
  const [leftOut, warnings] = [own(merged.leftOut), own(merged.warnings)];
  return {
    leftOut: [...reading.leftOut, ...leftOut].slice(0, LISTED_FINDINGS),
    leftOutCount: reading.leftOutCount + leftOut.length,
    warnings: [...reading.warnings, ...warnings].slice(0, LISTED_FINDINGS),
    warningCount: reading.warningCount + warnings.length,
  };
}

const publishedIn = (reading: CatalogReading | undefined): KnownEntries =>
  new Map([...(reading?.sources ?? [])].map(([id, { plans }]) => [id, new Set(plans.keys())]));

function keptInstead(kept: readonly LostEntry[]): string {
  const first = kept.slice(0, MOST_TOLD).map(({ reason }) => reason).join('; ');
  const more = kept.length > MOST_TOLD ? `; and ${kept.length - MOST_TOLD} more` : '';
  return `what it offered before stays in place of what cannot be published: ${first}${more}`;
}
