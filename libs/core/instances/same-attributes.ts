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

/** Whether a bind request asks for this binding; an empty `app_guid` (Korifi sends it) counts as absent. */
export function sameBinding(asked: BindingAttributes, binding: BindingAttributes): boolean {
  return (
    (asked.appGuid || undefined) === (binding.appGuid || undefined) &&
    asked.predecessorBindingId === binding.predecessorBindingId &&
    sameJson(asked.bindResource, binding.bindResource) &&
    (inheritsParameters(asked) || sameJson(asked.parameters, binding.parameters))
  );
}

/** A rotation that names no parameters takes those of its predecessor (OSB 2.17, Binding Rotation). */
export const inheritsParameters = ({ predecessorBindingId, parameters }: BindingAttributes): boolean =>
  predecessorBindingId !== undefined && sameJson(parameters, undefined);

/** Whether what was checked for an instance holds: it is in the same life, and has the same plan. */
export const stillHolds = (checked: Instance, now: Instance): boolean =>
  checked.incarnation === now.incarnation && checked.planId === now.planId;

/** Absent, null and `{}` are one value. */
export function sameJson(a: string | undefined, b: string | undefined): boolean {
  return a === b || canonical(a) === canonical(b);
}

const canonical = (raw: string | undefined): string => (raw === undefined ? '{}' : canonicalJson(raw));
