import { BrokerError } from '#sdk';
import { plansWithPermissions, simulatedPlans, type SimulatedPlan } from './plans.js';
import type { SimulatorSettings } from './settings.js';

/** The offerings of one simulator, and the plans behind their ids. */
export class SimulatedCatalog {
  readonly serviceId: string;
  readonly #plans: Map<string, SimulatedPlan>;
  /** Of the offering with permissions, if there is one. */
  readonly #permittedPlans: Map<string, SimulatedPlan>;

  constructor(private readonly settings: SimulatorSettings) {
    const { serviceName, serviceId = `${serviceName}-service`, planIdPrefix = `${serviceName}-` } = settings;
    this.serviceId = serviceId;
    const byId = (plans: SimulatedPlan[]): Map<string, SimulatedPlan> =>
      new Map(plans.map((plan) => [`${planIdPrefix}${plan.name}`, plan]));
    this.#plans = byId(simulatedPlans(settings));
    this.#permittedPlans = byId(settings.permissionsOffering ? plansWithPermissions() : []);
  }

  /** The plan with this id, if it is offered; the plan of every extra offering is synchronous. */
  find(serviceId: string, planId: string): SimulatedPlan | undefined {
    if (serviceId === this.serviceId) return this.#plans.get(planId);
    return serviceId === this.#permittedId ? this.#permittedPlans.get(planId) : this.#extraPlan(serviceId, planId);
  }

  /** @throws BrokerError BadRequest when the service has no such plan. */
  plan(serviceId: string, planId: string): SimulatedPlan {
    const plan = this.find(serviceId, planId);
    if (plan !== undefined) return plan;
    throw new BrokerError('BadRequest', `Plan ${planId} is not offered by service ${serviceId}; see GET /v2/catalog.`);
  }

  published(): { services: unknown[] } {
    const { serviceName, extraOfferings } = this.settings;
    const plans = [...this.#plans].map(([id, plan]) => published(id, plan));
    const extra = Array.from({ length: extraOfferings }, (_none, index) => this.#extraOffering(index + 1));
    return { services: [{ ...offering(this.serviceId, serviceName, plans), ...ANNOUNCED }, ...extra, ...this.#permitted()] };
  }

  get #permittedId(): string {
    return `${this.serviceId}-permissions`;
  }

  #permitted(): unknown[] {
    if (this.#permittedPlans.size === 0) return [];
    const plans = [...this.#permittedPlans].map(([id, plan]) => published(id, plan));
    const requires = ['syslog_drain', 'route_forwarding', 'volume_mount'];
    return [{ ...offering(this.#permittedId, `${this.settings.serviceName}-permissions`, plans), ...ANNOUNCED, requires }];
  }

  #extraOffering(number: number): unknown {
    const id = `${this.serviceId}-${number}`;
    return offering(id, `${this.settings.serviceName}-${number}`, [published(`${id}-sync`, EXTRA_PLAN)]);
  }

  #extraPlan(serviceId: string, planId: string): SimulatedPlan | undefined {
    const number = Number(serviceId.slice(this.serviceId.length + 1));
    const known = serviceId === `${this.serviceId}-${number}` && number >= 1 && number <= this.settings.extraOfferings;
    return known && planId === `${serviceId}-sync` ? EXTRA_PLAN : undefined;
  }
}

const EXTRA_PLAN: SimulatedPlan = { name: 'sync', description: 'Answers at once.', behaviours: {} };

/** What an offering may announce; the extra ones do without. */
const ANNOUNCED = { instances_retrievable: true, bindings_retrievable: true, allow_context_updates: true };

function offering(id: string, name: string, plans: unknown[]): Record<string, unknown> {
  return {
    id,
    name,
    description: 'Simulates a service: makes nothing, but takes its time and fails when told to.',
    tags: ['simulator'],
    bindable: true,
    plan_updateable: false,
    metadata: { displayName: name },
    plans,
  };
}

function published(id: string, { name, description, published: more = {} }: SimulatedPlan): unknown {
  return { id, name, description, free: true, ...more };
}
