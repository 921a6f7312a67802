import { canonicalJson } from '#sdk';
import type { BindingAttributes } from '../bindings/binding.js';
import type { Instance, InstanceAttributes } from './instance.js';

/** Whether two provision requests are identical in the sense of the spec's 200, 202 and 409 rows. */
export function sameInstance(a: InstanceAttributes, b: InstanceAttributes): boolean {
  return (
    a.serviceId === b.serviceId &&
    a.planId === b.planId &&
    a.organizationGuid === b.organizationGuid &&
    a.spaceGuid === b.spaceGuid &&
    sameJson(a.parameters, b.parameters)
  );
}

/** The same for bind requests; an empty `app_guid` (Korifi sends it) counts as absent. */
export function sameBinding(a: BindingAttributes, b: BindingAttributes): boolean {
  return (
    (a.appGuid || undefined) === (b.appGuid || undefined) &&
    a.predecessorBindingId === b.predecessorBindingId &&
    sameJson(a.bindResource, b.bindResource) &&
    sameJson(a.parameters, b.parameters)
  );
}

/** Whether what was checked for an instance holds: it is in the same life, and has the same plan. */
export const stillHolds = (checked: Instance, now: Instance): boolean =>
  checked.incarnation === now.incarnation && checked.planId === now.planId;

/** Absent, null and `{}` are one value. */
export function sameJson(a: string | undefined, b: string | undefined): boolean {
  return a === b || canonical(a) === canonical(b);
}

const canonical = (raw: string | undefined): string => (raw === undefined ? '{}' : canonicalJson(raw));
