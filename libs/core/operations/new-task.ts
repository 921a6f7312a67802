import type { Task } from './lifecycle-store.js';

/** A task nobody has worked on before. */
export function newTask(what: Pick<Task, 'operation' | 'platform' | 'instance' | 'binding'>): Task {
  return { ...what, overdue: false, mayBeUnderWay: false, unquietForMs: 0, sentTooEarly: false, leasedAtMs: performance.now() };
}
