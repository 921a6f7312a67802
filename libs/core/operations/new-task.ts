import type { Task } from './lifecycle-store.js';

/** A task nobody has worked on before. */
export function newTask(what: Pick<Task, 'operation' | 'platform' | 'instance' | 'binding'>): Task {
  return { ...what, overdue: false, mayBeUnderWay: false, unquietForMs: 0, sentTooEarly: false, goneCountsInMs: 0, notFound: { polls: 0, forMs: 0 }, leasedAtMs: performance.now() };
}

/** It is sent at once: a delete too early, where an earlier call may still make what it deletes. */
export function sentNow(task: Task, unquietForMs: number): Task {
  return { ...task, unquietForMs, sentTooEarly: unquietForMs > 0 };
}
