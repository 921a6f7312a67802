import { BrokerError, type BrokerErrorCode, type BrokerErrorDetails, UnknownOutcome } from '#sdk';
import { type BrokerAnswer, isBrokersOwn404 } from './broker-answer.js';
import type { CleanDescription } from './description.js';
import { present } from './present.js';

export type Verb = 'provision' | 'update' | 'deprovision' | 'bind' | 'unbind' | 'fetch';

/**
 * The broker turned the request down because of something the gateway's operator has to mend: our credentials, the URL,
 * the API version. 502 to the platform, but nothing was changed, so there is nothing to mitigate.
 */
export class NotExecutedError extends BrokerError {
  constructor(status: number, description?: string, more?: BrokerErrorDetails, options?: ErrorOptions) {
    const unexplained = `the backend did not take the request (HTTP ${status}); an operator has to look at it`;
    super('BackendFailed', description ?? unexplained, more, options);
  }

  override get mayHaveActed(): boolean {
    return false;
  }
}

type Column = 'create' | 'update' | 'delete' | 'fetch';
type Meaning = BrokerErrorCode | 'not executed';

const COLUMNS: Readonly<Record<Verb, Column>> = {
  provision: 'create',
  bind: 'create',
  update: 'update',
  deprovision: 'delete',
  unbind: 'delete',
  fetch: 'fetch',
};

const KNOWN_422: readonly string[] = ['AsyncRequired', 'ConcurrencyError', 'MaintenanceInfoConflict', 'RequiresApp'];

const everywhere = (meaning: Meaning): Record<Column, Meaning> => ({
  create: meaning,
  update: meaning,
  delete: meaning,
  fetch: meaning,
});

const MEANINGS: Readonly<Record<number, Readonly<Record<Column, Meaning>>>> = {
  400: { create: 'BadRequest', update: 'BadRequest', delete: 'BadRequest', fetch: 'not executed' },
  401: everywhere('not executed'),
  403: everywhere('not executed'),
  404: { create: 'not executed', update: 'NotFound', delete: 'NotFound', fetch: 'NotFound' },
  405: everywhere('not executed'),
  408: everywhere('Unavailable'),
  409: { create: 'Conflict', update: 'Conflict', delete: 'not executed', fetch: 'not executed' },
  410: { create: 'not executed', update: 'NotFound', delete: 'Gone', fetch: 'NotFound' },
  412: everywhere('not executed'),
  // Without a known code. On a create 400, because Cloud Controller cleans up after a bare 422.
  422: { create: 'BadRequest', update: 'UpdateNotSupported', delete: 'UpdateNotSupported', fetch: 'not executed' },
  429: everywhere('Unavailable'),
};

export interface RefusalRules {
  readonly clean: CleanDescription;
  readonly notFoundIsGone: boolean;
}

/** What an answer of 400 and above means for the gateway. */
export function refusal(verb: Verb, answer: BrokerAnswer, rules: RefusalRules): BrokerError {
  const description = rules.clean(answer.body?.value['description']);
  const meaning = meaningOf(verb, answer, rules, description !== undefined);
  if (meaning === 'not executed') return notExecuted(verb, answer, description);
  if (meaning === 'NotFound' && COLUMNS[verb] === 'delete') return unknownToBroker(verb, answer, description);
  return new BrokerError(meaning, description ?? ownWords(meaning, answer.status), details(verb, meaning, answer), answered(answer));
}

/** The answer itself, for operators. */
function answered({ status, said = '' }: BrokerAnswer): ErrorOptions {
  return { cause: new UnknownOutcome(`HTTP ${status}${said === '' ? '' : `: ${said}`}`) };
}

/** Statuses by which brokers refuse what a user asked for; with the others they speak of the gateway's own settings. */
const MEANT_FOR_USERS: readonly number[] = [403, 404, 409];

function notExecuted(verb: Verb, answer: BrokerAnswer, description: string | undefined): NotExecutedError {
  if (description === undefined || !MEANT_FOR_USERS.includes(answer.status)) {
    return new NotExecutedError(answer.status, undefined, undefined, answered(answer));
  }
  return new NotExecutedError(answer.status, description, details(verb, 'BackendFailed', answer), answered(answer));
}

/** 410 is due: whether the broker means that it is gone is found out by the gateway, or by an operator. */
function unknownToBroker(verb: Verb, answer: BrokerAnswer, description: string | undefined): BrokerError {
  const { description: words, details: more } = notExecuted(verb, answer, description);
  return new BrokerError('NotFound', words, more, answered(answer));
}

function meaningOf(verb: Verb, answer: BrokerAnswer, rules: RefusalRules, saysWhy: boolean): Meaning {
  const column = COLUMNS[verb];
  if (answer.status >= 500) return 'BackendFailed';
  if (answer.status === 404 && !isBrokersOwn404(answer)) return 'not executed';
  if (answer.status === 404 && column === 'delete' && rules.notFoundIsGone) return 'Gone';
  if (answer.status === 404 && column === 'delete' && answer.body === undefined) return 'not executed';
  const known = answer.status === 422 ? known422(column, answer) : undefined;
  if (known) return known;
  return MEANINGS[answer.status]?.[column] ?? (saysWhy && column !== 'fetch' ? 'BadRequest' : 'not executed');
}

function known422(column: Column, answer: BrokerAnswer): BrokerErrorCode | undefined {
  const code = answer.body?.value['error'];
  if (typeof code !== 'string' || !KNOWN_422.includes(code)) return undefined;
  return column !== 'fetch' || code === 'ConcurrencyError' ? (code as BrokerErrorCode) : undefined;
}

function details(
  verb: Verb,
  meaning: BrokerErrorCode,
  { status, body, retryAfterMs }: BrokerAnswer,
): BrokerErrorDetails {
  const { error, instance_usable: usable, update_repeatable: repeatable } = body?.value ?? {};
  // `UpdateNotSupported` as a word would be nonsense on a delete; the code is only taken for its status.
  const word = vendorWord(error) ?? (status === 422 && COLUMNS[verb] === 'delete' ? 'Unprocessable' : undefined);
  const mayBeUnusable = verb === 'update' || verb === 'deprovision';
  return present({
    word: word === meaning ? undefined : word,
    instanceUsable: mayBeUnusable && typeof usable === 'boolean' ? usable : undefined,
    updateRepeatable: verb === 'update' && typeof repeatable === 'boolean' ? repeatable : undefined,
    retryAfterSeconds: retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000),
  });
}

function vendorWord(code: unknown): string | undefined {
  return typeof code === 'string' && /^[\w.:-]{1,128}$/.test(code) ? code : undefined;
}

function ownWords(meaning: BrokerErrorCode, status: number): string {
  switch (meaning) {
    case 'BackendFailed':
      return `the backend failed (HTTP ${status}); try again, or ask its operator`;
    case 'Unavailable':
      return 'the backend does not take requests right now; try again later';
    case 'Conflict':
      return 'the backend already has such a resource with other attributes';
    case 'Gone':
    case 'NotFound':
      return 'the backend does not know this resource';
    case 'ConcurrencyError':
      return 'the backend is still busy with another operation on this resource; try again when that has ended';
    default:
      return `the backend refused the request without saying why (HTTP ${status})`;
  }
}
