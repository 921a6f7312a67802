import { type LastOperation, type OperationKind, UnknownOutcome } from '#sdk';
import { type BrokerAnswer, isBrokersOwn404 } from './broker-answer.js';
import type { CleanDescription } from './description.js';
import { present } from './present.js';

/**
 * What the answer to a poll says of the operation.
 *
 * @throws UnknownOutcome when it says nothing: as far as anybody knows the operation goes on, and is polled again
 */
export function lastOperation(kind: OperationKind, answer: BrokerAnswer, clean: CleanDescription): LastOperation {
  const isDelete = kind === 'deprovision' || kind === 'unbind';
  switch (answer.status) {
    case 200:
      return reported(kind, answer, clean);
    case 404:
      // A router's says nothing about a create or delete; of an update, what exists decides in the end.
      if (isBrokersOwn404(answer) || kind === 'update') return { kind: 'gone' };
      if (!isDelete) return stillRunning(answer);
      break;
    case 410:
      return { kind: 'gone' };
    case 408:
    case 429:
      return stillRunning(answer);
  }
  const said = answer.said ? { cause: new UnknownOutcome(answer.said) } : {};
  throw new UnknownOutcome(`the broker answered HTTP ${answer.status} when asked for the last operation`, said);
}

function reported(kind: OperationKind, answer: BrokerAnswer, clean: CleanDescription): LastOperation {
  const {
    state,
    description: words,
    instance_usable: usable,
    update_repeatable: repeatable,
  } = answer.body?.value ?? {};
  const description = present({ description: clean(words) });
  switch (state) {
    case 'in progress':
      return { ...stillRunning(answer), ...description };
    case 'succeeded':
      return { kind: 'succeeded', ...description };
    case 'failed':
      return {
        kind: 'failed',
        ...description,
        ...present({
          instanceUsable: kind === 'update' || kind === 'deprovision' ? flag(usable) : undefined,
          updateRepeatable: kind === 'update' ? flag(repeatable) : undefined,
        }),
      };
    default:
      throw new UnknownOutcome('the broker answered HTTP 200 without a known state when asked for the last operation');
  }
}

const stillRunning = ({ retryAfterMs }: BrokerAnswer): LastOperation => ({
  kind: 'in progress',
  ...present({ retryAfterMs }),
});

const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
