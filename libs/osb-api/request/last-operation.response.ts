import type { LastOperationAnswer } from '#core';

/** OSB 2.17, Polling Last Operation: the body. */
export function lastOperation({ state, description, instanceUsable, updateRepeatable }: LastOperationAnswer): Record<string, unknown> {
  return {
    state,
    description: description || undefined,
    instance_usable: instanceUsable,
    update_repeatable: updateRepeatable,
  };
}
