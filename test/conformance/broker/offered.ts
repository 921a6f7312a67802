import type { JsonObject } from '../wire/answer.js';

/** A plan with its service, as the catalog tells of them. */
export interface OfferedPlan {
  readonly service: JsonObject;
  readonly plan: JsonObject;
}

export const serviceIdOf = ({ service }: OfferedPlan): string => String(service['id']);
export const planIdOf = ({ plan }: OfferedPlan): string => String(plan['id']);

/** service/plan, as profiles name it. */
export const nameOfPlan = ({ service, plan }: OfferedPlan): string => `${String(service['name'])}/${String(plan['name'])}`;

/** A flag of the plan, else of its service, else false. */
export const flagOf = ({ service, plan }: OfferedPlan, name: string): boolean => (plan[name] ?? service[name]) === true;

export function plansOf(catalog: JsonObject): OfferedPlan[] {
  return objects(catalog['services']).flatMap((service) => objects(service['plans']).map((plan) => ({ service, plan })));
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter((each): each is JsonObject => typeof each === 'object' && each !== null) : [];
}
