import { JSON_LIMITS, parseInSlices, type LargeJsonLimits } from '#sdk';
import type { BrokerClient } from './broker-client.js';
import { type BrokerAnswer, problemOf, readAnswer, textOf } from './broker-answer.js';
import type { CleanDescription } from './description.js';
import { type HttpAnswer, NotSentError, OutcomeUnknownError } from './exchange.js';

/** What an offering can do beyond the minimum, as the broker's last catalog says. */
export interface Retrievability {
  readonly instances: boolean;
  readonly bindings: boolean;
}

interface LastCatalog {
  readonly catalog: Record<string, unknown>;
  readonly etag: string | undefined;
  readonly offerings: ReadonlyMap<string, Retrievability>;
}

/** A catalog holds more than any other answer. */
const CATALOG_LIMITS: LargeJsonLimits = { ...JSON_LIMITS, maxValues: 1_000_000, maxMembers: 10_000 };

/** A broker whose ETag does not change with its catalog is found out by a full read every so often. */
const CONDITIONAL_READS_IN_A_ROW = 20;

/** Reads the broker's catalog and remembers the last good one. Its errors name the host: they are for operators. */
export class CatalogReader {
  private last: LastCatalog | undefined;
  private conditionalReads = 0;

  constructor(
    private readonly client: BrokerClient,
    private readonly headers: Readonly<Record<string, string>>,
    private readonly clean: CleanDescription,
  ) {}

  /** The catalog; the very same object as before when the broker says it did not change. */
  async read(signal: AbortSignal): Promise<Record<string, unknown>> {
    const etag = this.conditionalReads < CONDITIONAL_READS_IN_A_ROW ? this.last?.etag : undefined;
    const http = await this.get(etag, signal);
    const answer = readAnswer({ ...http, body: http.status === 200 ? undefined : http.body });
    if (answer.status === 304 && etag !== undefined && this.last) {
      this.conditionalReads += 1;
      return this.last.catalog;
    }
    if (answer.status !== 200) throw new Error(this.complaint(answer));
    const catalog = await this.catalogOf(http.body);
    this.conditionalReads = 0;
    this.last = { catalog, etag: answer.etag, offerings: retrievability(catalog) };
    return catalog;
  }

  /** What is known of an offering without asking; undefined when no catalog was read or it is not in there. */
  known(serviceId: string): Retrievability | undefined {
    return this.last?.offerings.get(serviceId);
  }

  /** The same, but a catalog is read first if none was yet. */
  async find(serviceId: string, signal: AbortSignal): Promise<Retrievability | undefined> {
    if (!this.last) await this.read(signal);
    return this.known(serviceId);
  }

  private async get(etag: string | undefined, signal: AbortSignal): Promise<HttpAnswer> {
    const headers = { ...this.headers, ...(etag === undefined ? {} : { 'If-None-Match': etag }) };
    try {
      return await this.client.send({ method: 'GET', path: '/v2/catalog', headers }, { signal });
    } catch (error) {
      if (!(error instanceof NotSentError || error instanceof OutcomeUnknownError)) throw error;
      throw new Error(`no catalog from the broker at ${this.client.host}: ${error.message}`, { cause: error });
    }
  }

  /** Parsed in slices: it is larger than any other answer, and nobody else may wait for it. */
  private async catalogOf(body: Buffer | undefined): Promise<Record<string, unknown>> {
    if (body === undefined) throw this.noCatalog('is larger than the limit (maxAnswerBytes), or comes in too many small pieces');
    if (body.length === 0) throw this.noCatalog('is empty');
    const catalog = await this.parsed(body);
    if (isObject(catalog)) return catalog;
    throw this.noCatalog('cannot be used: the body must be a JSON object');
  }

  private async parsed(body: Buffer): Promise<unknown> {
    try {
      return await parseInSlices(textOf(body), CATALOG_LIMITS);
    } catch (error) {
      throw this.noCatalog(problemOf(error));
    }
  }

  private noCatalog(problem: string): Error {
    return new Error(`the broker at ${this.client.host} gave no catalog but HTTP 200 whose body ${problem}`);
  }

  private complaint(answer: BrokerAnswer): string {
    const words = this.clean(answer.body?.value['description']);
    const said = words === undefined ? '' : `; it says: ${words}`;
    return `the broker at ${this.client.host} ${hint(answer.status)} (HTTP ${answer.status})${said}`;
  }
}

function hint(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return 'refuses the credentials';
    case 404:
      return 'knows no /v2/catalog; check the path of the url';
    case 400:
    case 412:
      return 'refuses the catalog request; check apiVersion';
    default:
      return status >= 300 && status < 400
        ? 'redirects, and redirects are not followed; set the url to where it points'
        : 'does not give its catalog';
  }
}

function retrievability({ services }: Record<string, unknown>): Map<string, Retrievability> {
  const offerings: unknown[] = Array.isArray(services) ? services : [];
  return new Map(
    offerings
      .filter(isOffering)
      .map((offering) => [
        offering.id,
        { instances: offering.instances_retrievable === true, bindings: offering.bindings_retrievable === true },
      ]),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Offering {
  readonly id: string;
  readonly instances_retrievable?: unknown;
  readonly bindings_retrievable?: unknown;
}

const isOffering = (value: unknown): value is Offering =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
