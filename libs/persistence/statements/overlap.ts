import { callIsOpen } from './columns.js';

/** Of an operation: that it is not begun, nor sent again, once a deprovision is recorded. */
const GIVES_WAY = (d: string): string => `${d}.kind in ('provision', 'update', 'bind')`;

/**
 * Whether operation d, whose call is the next step, has to wait for operation r of the same instance (I4, ADR 24): for a
 * call of r that may be under way, unless both are about different bindings that may be worked on side by side; and, but for
 * an unbind, for a deprovision however it stands.
 *
 * @param isSerial whether the backend works on one binding of an instance at a time
 */
export const waitsFor = (d: string, r: string, isSerial: string): string => `
    ${r}.instance_incarnation = ${d}.instance_incarnation and ${r}.id <> ${d}.id and ${r}.state in ('queued', 'running') and (
      ${callIsOpen(r)} and (
        ${r}.binding_incarnation is null or ${d}.binding_incarnation is null or ${r}.binding_incarnation = ${d}.binding_incarnation
        or ${r}.exclusive or ${d}.exclusive or ${isSerial})
      or ${r}.kind = 'deprovision' and ${r}.parked_at is null and ${GIVES_WAY(d)})`;

/** $1 operation, $2 whether its backend works on one binding of an instance at a time: a row where its call has to wait. */
export const FIND_OVERLAP = {
  name: 'find-overlap',
  text: `select 1 from operation d join operation r on ${waitsFor('d', 'r', '$2::boolean')} where d.id = $1 limit 1`,
};
