import type { Reservation } from '#core';
import { auditValues } from './audit-values.js';
import type { TaskRows } from './task-rows.js';

/** In the order of `INSERT_OPERATION`. */
export function reservationValues(reservation: Reservation, rows: TaskRows): unknown[] {
  return [...rows.operations.values(reservation), ...auditValues(reservation.audit)];
}
