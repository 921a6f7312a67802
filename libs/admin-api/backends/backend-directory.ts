import { Injectable } from '@nestjs/common';
import { BackendCalls, BackendRegistry, BackendStore, Catalog, CatalogKeeper, RetryPolicy, type Backend } from '#core';
import { BrokerError } from '#sdk';
import { safeText } from '#security';
import { BackendSettings } from './backend-settings.js';
import { backendView, type BackendFacts } from './backend-view.js';
import type { BackendView } from './backend.schema.js';

const MAX_NAME_BYTES = 255;

/** The registered backends, by name, as operators see them. */
@Injectable()
export class BackendDirectory {
  constructor(
    private readonly backends: BackendStore,
    private readonly registry: BackendRegistry,
    private readonly calls: BackendCalls,
    private readonly retries: RetryPolicy,
    private readonly keeper: CatalogKeeper,
    private readonly catalog: Catalog,
    private readonly settings: BackendSettings,
  ) {}

  /** @throws BrokerError NotFound */
  async find(name: string): Promise<Backend> {
    const found = (await this.backends.all()).find((backend) => backend.name === name);
    if (found) return found;
    const text = `no backend named "${safeText(name, MAX_NAME_BYTES)}" is registered; see GET /admin/v1/backends`;
    throw new BrokerError('NotFound', text);
  }

  /** In order of registration, which decides who owns an identifier. */
  async views(): Promise<BackendView[]> {
    const all = await this.backends.all();
    return Promise.all(all.map((backend) => this.view(backend)));
  }

  async view(backend: Backend): Promise<BackendView> {
    const offered = this.catalog.published().offeringsFor('other');
    const facts: BackendFacts = {
      settings: this.settings.shown(backend),
      instances: await this.backends.countInstances(backend.id),
      calls: this.calls.stateOf(backend.id),
      retries: this.retries.boundsOf(backend.id),
      condition: this.keeper.condition(backend.id),
      warnings: this.registry.warningsOf(backend.id),
      services: offered.filter(({ backendId }) => backendId === backend.id).length,
      ...(this.registry.record(backend.id) && { capabilities: this.registry.get(backend.id).capabilities }),
    };
    return backendView(backend, facts, this.nameOf);
  }

  readonly nameOf = (id: string): string => this.registry.record(id)?.name ?? id;
}
