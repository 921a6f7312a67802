import { Injectable } from '@nestjs/common';
import { AddressGuard, BrokerError, type Capabilities, type ServiceBackend } from '#sdk';
import { Journal } from '../journal/journal.js';
import { readableText, type ChangeText } from '../readable/readable.js';
import { logWithoutSecrets } from './backend-log.js';
import { BackendTypes } from './backend-types.js';
import type { Backend } from './backend.js';
import { secretMask } from './hide-secrets.js';
import { ProvidedSettings } from './provided-settings.js';

/** Of one backend, for operators. */
const MOST_WARNINGS = 50;

interface LiveBackend {
  readonly record: Backend;
  readonly backend: ServiceBackend;
  /** What it was made of, to tell whether it has to be made anew. */
  readonly settings: string;
  /** Masks the secrets of the settings; made when it is first needed. */
  mask?: ChangeText;
}

/** The backends of this process, made ready from their records. */
@Injectable()
export class BackendRegistry {
  private readonly live = new Map<string, LiveBackend>();

  constructor(
    private readonly types: BackendTypes,
    private readonly provided: ProvidedSettings,
    private readonly journal: Journal,
    private readonly addresses: AddressGuard,
  ) {}

  /**
   * Takes over a new or changed record. With other settings, its own or provided ones, the old connections are closed;
   * calls under way are not disturbed by any other change. Throws what is wrong with the settings.
   */
  async put(record: Backend): Promise<void> {
    const known = this.live.get(record.id);
    const settings = JSON.stringify(this.provided.complete(record.type, record.settings));
    if (known?.settings === settings) {
      this.live.set(record.id, { ...known, record });
      return;
    }
    const backend = this.create(record);
    this.live.set(record.id, { record, backend, settings });
    await known?.backend.close?.();
  }

  /** Checks settings by making a backend of them; nothing is opened by that. */
  create(record: Pick<Backend, 'name' | 'type' | 'settings'>): ServiceBackend {
    const type = this.types.get(record.type);
    if (!type) throw new Error(`no backend type "${record.type}" is installed`);
    const given = this.provided.complete(record.type, record.settings);
    const settings = type.settings.parse(given);
    const mask = secretMask(type.settings, given);
    const log = logWithoutSecrets(this.journal.child({ backend: record.name }), mask);
    try {
      return type.create(settings, { name: record.name, log, addresses: this.addresses });
    } catch (error) {
      // No log line has the cause: see readable.
      throw new Error(readableText(messageOf(error), mask), { cause: error });
    }
  }

  /** A text of the backend, for people: without the secrets it was given, and cut where it is too long. */
  readableText(id: string, text: string): string {
    const known = this.live.get(id);
    return readableText(text, known && this.maskOf(known));
  }

  private maskOf(known: LiveBackend): ChangeText | undefined {
    const type = this.types.get(known.record.type);
    if (type) known.mask ??= secretMask(type.settings, this.provided.complete(known.record.type, known.record.settings));
    return known.mask;
  }

  async remove(id: string): Promise<void> {
    const known = this.live.get(id);
    this.live.delete(id);
    await known?.backend.close?.();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.live.keys()].map((id) => this.remove(id)));
  }

  record(id: string): Backend | undefined {
    return this.live.get(id)?.record;
  }

  /** Nothing can be expected of a backend that is not there. */
  capabilitiesOf(id: string): Capabilities {
    return this.live.get(id)?.backend.capabilities ?? {};
  }

  /** What an operator should know of it now. */
  warningsOf(id: string): readonly string[] {
    const warnings = this.live.get(id)?.backend.warnings?.() ?? [];
    return warnings.slice(0, MOST_WARNINGS).map((warning) => this.readableText(id, warning));
  }

  ids(): string[] {
    return [...this.live.keys()];
  }

  /** As it is made of its settings now: another one after they changed. */
  find(id: string): ServiceBackend | undefined {
    return this.live.get(id)?.backend;
  }

  /** @throws BrokerError Unavailable: surely nothing was asked of the backend. */
  get(id: string): ServiceBackend {
    const backend = this.find(id);
    if (!backend) throw new BrokerError('Unavailable', 'the backend of this service is not available right now; try again later');
    return backend;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it threw something that is no error';
}
