import { callIsOpen } from './columns.js';

/**
 * Whether operation d, whose call is the next step, has to wait for operation r of the same instance (I4, ADR 24): for a
 * call of r that may be under way, unless both are about different bindings that may be worked on side by side.
 *
 * @param isSerial whether the backend works on one binding of an instance at a time
 */
export const waitsFor = (d: string, r: string, isSerial: string): string => `
    ${r}.instance_incarnation = ${d}.instance_incarnation and ${r}.id <> ${d}.id and ${r}.state in ('queued', 'running') and (
      ${callIsOpen(r)} and (
        ${r}.binding_incarnation is null or ${d}.binding_incarnation is null or ${r}.binding_incarnation = ${d}.binding_incarnation
        or ${r}.exclusive or ${d}.exclusive or ${isSerial}))`;

/** $1 operation, $2 whether its backend works on one binding of an instance at a time: a row where its call has to wait. */
export const FIND_OVERLAP = {
  name: 'find-overlap',
  text: `select 1 from operation d join operation r on ${waitsFor('d', 'r', '$2::boolean')} where d.id = $1 limit 1`,
};
