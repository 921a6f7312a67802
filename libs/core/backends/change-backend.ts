import { Injectable } from '@nestjs/common';
import { BrokerError, type PlatformKind } from '#sdk';
import { operatorDid, type Operator } from '../audit/admin-event.js';
import { Catalog } from '../catalog/catalog.js';
import { CatalogKeeper } from '../catalog/catalog-keeper.js';
import { BackendStore, type BackendChange } from './backend-store.js';
import { PLATFORM_KINDS } from '../platforms/platform-profiles.js';
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

  /**
   * @param ifVersion the version that is to be changed, and no other
   * @throws BrokerError BadRequest for settings that are wrong and for policies of unknown plans; PreconditionFailed
   */
  async execute(operator: Operator, before: Backend, verb: BackendVerb, change: BackendChange, ifVersion?: number): Promise<{ backend: Backend; vanished: Vanished[] }> {
    if (change.settings || change.policy?.unbindBeforeDeprovision === false) this.settings.check({ ...before, ...change });
    const shown = this.catalog.published();
    if (change.planPolicies) refuseUnknownPlans(before, change.planPolicies, shown.planIdsOf(before.id));
    const after = { ...before, ...change };
    const audit = operatorDid(operator, `backend.${verb}`, `backend ${before.name}`, { before: viewOf(before), after: viewOf(after) });
    const backend = await this.backends.change(before.id, change, audit, ifVersion);
    if (!backend) throw new BrokerError('NotFound', `backend "${before.name}" was removed meanwhile`);
    if (backend === 'another version') throw new BrokerError('PreconditionFailed', `backend "${before.name}" was changed meanwhile; read it again`);
    await this.publish(backend, change);
    return { backend, vanished: vanishedBetween(shown, this.catalog.published()) };
  }

  private async publish(backend: Backend, change: BackendChange): Promise<void> {
    await this.keeper.rebuild();
    if (change.settings || change.state === 'enabled') await this.keeper.refresh(backend.id);
  }
}

/** Those it has a policy for already may stay. While nothing of it is published, nobody knows its plans. */
function refuseUnknownPlans({ planPolicies }: Backend, policies: Backend['planPolicies'], known: ReadonlySet<string>): void {
  if (known.size === 0) return;
  const unknown = Object.keys(policies).filter((id) => !known.has(id) && planPolicies[id] === undefined);
  if (unknown.length === 0) return;
  const named = unknown.slice(0, MOST_NAMED).map((id) => `"${id.slice(0, MOST_ID)}"`);
  throw new BrokerError(
    'BadRequest',
    `planPolicies: the backend offers no plan ${named.join(', ')}; GET /admin/v1/catalog shows the ids of its plans`,
  );
}

/** A refusal names so many plans, each by so many characters. */
const MOST_NAMED = 10;
const MOST_ID = 255;

type Shown = ReturnType<Catalog['published']>;

export function vanishedBetween(before: Shown, after: Shown): Vanished[] {
  return PLATFORM_KINDS.flatMap((platformKind) =>
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
