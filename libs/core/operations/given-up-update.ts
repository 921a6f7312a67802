import { canonicalJson, mergeRawObjects, type FetchedInstance } from '#sdk';
import { optional } from '../optional.js';
import { PLATFORM_PROFILES } from '../platforms/platform-profiles.js';
import type { InstanceChange, Task } from './lifecycle-store.js';

/**
 * What the record takes from a look at an instance whose update was given up (decision 11): plan and parameters as its
 * backend tells them, where they show that the update was carried out. Otherwise nothing: a backend may tell the old
 * ones in other words.
 */
export function givenUpUpdate({ operation: { update }, platform }: Task, told: FetchedInstance): InstanceChange | undefined {
  if (!update) return undefined;
  const { planId, previousPlanId, parameters } = update;
  const toldParameters = told.parameters?.raw;
  const isOfPlan = told.planId === planId || (told.planId === undefined && planId === previousPlanId);
  if (!isOfPlan || (planId === previousPlanId && !includes(toldParameters, parameters))) return undefined;
  const isKeptAsSent = PLATFORM_PROFILES[platform.kind].fetchedParameters === 'asSent';
  return { planId, ...optional('parameters', isKeptAsSent ? (parameters ?? '{}') : toldParameters) };
}

/**
 * Whether what a backend tells shows that an update was carried out: it differs from what the record says of before, and in
 * nothing from what was asked for.
 */
export function showsUpdate({ operation: { update }, instance }: Task, told: FetchedInstance): boolean {
  if (!update) return false;
  const { planId, previousPlanId, parameters } = update;
  const toldParameters = told.parameters?.raw;
  const isThere = parameters === undefined || includes(toldParameters, parameters);
  if (planId !== previousPlanId) return told.planId === planId && isThere;
  return isThere && parameters !== undefined && !includes(instance.parameters ?? '{}', parameters);
}

/** Whether what was asked for, if anything, is there already. */
function includes(told: string | undefined, asked: string | undefined): boolean {
  if (told === undefined || asked === undefined) return false;
  return canonicalJson(mergeRawObjects(told, asked) ?? told) === canonicalJson(told);
}
