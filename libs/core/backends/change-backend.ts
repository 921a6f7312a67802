import { Injectable } from '@nestjs/common';
import { BrokerError, type PlatformKind } from '#sdk';
import { operatorDid, type Operator } from '../audit/admin-event.js';
import { Catalog } from '../catalog/catalog.js';
import { CatalogKeeper } from '../catalog/catalog-keeper.js';
import { BackendStore, type BackendChange } from './backend-store.js';
import type { Backend } from './backend.js';
import { viewOf } from './register-backend.js';
import { SettingsCheck } from './settings-check.js';

/** What a platform of this kind no longer finds in the catalog. */
export interface Vanished {
  readonly platformKind: PlatformKind;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly plans: readonly { readonly id: string; readonly name: string }[];
  /** Cloud Foundry deletes vanished plans that have no instances, together with their access settings. */
  readonly warning?: string;
}

export type BackendVerb = 'change' | 'enable' | 'close' | 'disable';

/** Changes settings, policies or state of a backend, and publishes what follows from it. */
@Injectable()
export class ChangeBackend {
  constructor(
    private readonly settings: SettingsCheck,
    private readonly backends: BackendStore,
    private readonly keeper: CatalogKeeper,
    private readonly catalog: Catalog,
  ) {}

  async execute(operator: Operator, before: Backend, verb: BackendVerb, change: BackendChange): Promise<{ backend: Backend; vanished: Vanished[] }> {
    if (change.settings) this.settings.check(before.name, before.type, change.settings);
    const shown = this.catalog.published();
    const after = { ...before, ...change };
    const audit = operatorDid(operator, `backend.${verb}`, `backend ${before.name}`, { before: viewOf(before), after: viewOf(after) });
    const backend = await this.backends.change(before.id, change, audit);
    if (!backend) throw new BrokerError('NotFound', `backend "${before.name}" was removed meanwhile`);
    await this.publish(backend, change);
    return { backend, vanished: vanishedBetween(shown, this.catalog.published()) };
  }

  private async publish(backend: Backend, change: BackendChange): Promise<void> {
    await this.keeper.rebuild();
    if (change.settings || change.state === 'enabled') await this.keeper.refresh(backend.id);
  }
}

type Shown = ReturnType<Catalog['published']>;

const KINDS: readonly PlatformKind[] = ['cloudfoundry', 'kubernetes', 'other'];

export function vanishedBetween(before: Shown, after: Shown): Vanished[] {
  return KINDS.flatMap((platformKind) =>
    before.offeringsFor(platformKind).flatMap((offering) => {
      const plans = offering.plans.filter((plan) => after.find(platformKind, offering.id, plan.id).kind !== 'found');
      if (plans.length === 0) return [];
      return [
        {
          platformKind,
          serviceId: offering.id,
          serviceName: offering.name,
          plans: plans.map(({ id, name }) => ({ id, name })),
          ...(platformKind === 'cloudfoundry' ? { warning: CLOUD_FOUNDRY_WARNING } : {}),
        },
      ];
    }),
  );
}

const CLOUD_FOUNDRY_WARNING =
  'at its next catalog read Cloud Foundry deletes vanished plans that have no instances, together with their access settings';
