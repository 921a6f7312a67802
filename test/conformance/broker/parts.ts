import type { JsonObject } from '../wire/answer.js';
import { FEATURES, ROLES, type Feature, type Need, type Role } from './needs.js';
import { flagOf, nameOfPlan, planIdOf, plansOf, serviceIdOf, type OfferedPlan } from './offered.js';
import type { Part, Profile } from './profile.js';

/** A plan in a part, with what is sent along. */
export interface Cast extends OfferedPlan, Omit<Part, 'plan'> {}

/** Who plays what: the profile's word first, then what the catalog tells, then what was tried out. */
export class Parts {
  constructor(
    private readonly cast: ReadonlyMap<Role, Cast>,
    private readonly features: ReadonlySet<Feature>,
  ) {}

  static of(profile: Profile, catalog: JsonObject, found: Partial<Record<Role, OfferedPlan>>, hasLogin: boolean): Parts {
    const offered = plansOf(catalog);
    const named = Object.entries(profile.plans).map(([role, { plan, ...more }]) => [role as Role, { ...planCalled(plan, offered), ...more }] as const);
    const known = new Map<Role, Cast>([...(Object.entries(found) as [Role, OfferedPlan][]), ...named]);
    fillIn(known, fromCatalog(offered, known));
    fillIn(known, {
      any: known.get('sync') ?? known.get('async') ?? offered[0],
      anyBindable: known.get('bindable') ?? known.get('asyncBinding'),
    });
    return new Parts(known, featuresOf(profile, known, hasLogin));
  }

  /** Undefined where nobody plays the part. */
  get(role: Role): Cast | undefined {
    return this.cast.get(role);
  }

  has(need: Need): boolean {
    return need in ROLES ? this.cast.has(need as Role) : this.features.has(need as Feature);
  }

  /** What is missing of these needs. */
  missing(needs: readonly Need[]): Need[] {
    return needs.filter((need) => !this.has(need));
  }

  /** Service and plan of every part that is played. */
  get summary(): Record<string, string> {
    return Object.fromEntries([...this.cast].map(([role, cast]) => [role, nameOfPlan(cast)]));
  }
}

function fillIn(known: Map<Role, Cast>, more: Partial<Record<Role, OfferedPlan | undefined>>): void {
  for (const [role, plan] of Object.entries(more)) {
    if (plan !== undefined && !known.has(role as Role)) known.set(role as Role, plan);
  }
}

function planCalled(name: string, offered: readonly OfferedPlan[]): OfferedPlan {
  const found = offered.find((plan) => nameOfPlan(plan) === name);
  if (found) return found;
  throw new Error(`the profile names the plan ${name}; the catalog has ${offered.map(nameOfPlan).join(', ') || 'none'}`);
}

/** What flags tell; plans that cost something are left to the profile. */
export function fromCatalog(all: readonly OfferedPlan[], known: ReadonlyMap<Role, OfferedPlan>): Partial<Record<Role, OfferedPlan | undefined>> {
  const offered = all.filter(({ plan }) => plan['free'] !== false);
  const sync = known.get('sync');
  const beside = (plan: OfferedPlan): boolean => sync !== undefined && serviceIdOf(plan) === serviceIdOf(sync);
  const first = (fits: (plan: OfferedPlan) => boolean): OfferedPlan | undefined =>
    sync && fits(sync) ? sync : offered.find((plan) => beside(plan) && fits(plan));
  const flagged = (name: string) => (plan: OfferedPlan) => flagOf(plan, name);
  return {
    bindable: sync && flagOf(sync, 'bindable') ? sync : undefined,
    notBindable: first((plan) => !flagOf(plan, 'bindable')),
    bindableItself: offered.find(({ service, plan }) => service['bindable'] === false && plan['bindable'] === true),
    bindableByService: first(({ service, plan }) => service['bindable'] === true && !('bindable' in plan)),
    notUpdateable: first((plan) => !flagOf(plan, 'plan_updateable')),
    otherPlan: offered.find((plan) => sync && beside(plan) && planIdOf(plan) !== planIdOf(sync)),
    otherService: sync && offered.find((plan) => !beside(plan)),
    rotatable: first((plan) => flagOf(plan, 'bindable') && plan.plan['binding_rotatable'] === true),
    notRotatable: first((plan) => flagOf(plan, 'bindable') && plan.plan['binding_rotatable'] !== true),
    withMaintenance: first(({ plan }) => 'maintenance_info' in plan),
    withoutMaintenance: first(({ plan }) => !('maintenance_info' in plan)),
    updateable: first(flagged('plan_updateable')),
    notFetchableInstance: offered.find(({ service }) => service['instances_retrievable'] !== true),
    notFetchable: offered.find((each) => flagOf(each, 'bindable') && each.service['bindings_retrievable'] !== true),
    noContextUpdates: offered.find(({ service }) => service['allow_context_updates'] !== true),
  };
}

function featuresOf(profile: Profile, known: ReadonlyMap<Role, OfferedPlan>, hasLogin: boolean): Set<Feature> {
  const announced = (role: Role, flag: string): boolean => known.get(role)?.service[flag] === true;
  const present: Record<Feature, boolean> = {
    login: hasLogin,
    otherLogin: profile.otherLogin !== undefined,
    oldestVersion: profile.oldestVersion !== undefined,
    fetchableInstances: announced('any', 'instances_retrievable'),
    fetchableBindings: announced('anyBindable', 'bindings_retrievable'),
    contextUpdates: announced('any', 'allow_context_updates'),
  };
  return new Set((Object.keys(FEATURES) as Feature[]).filter((feature) => present[feature]));
}
