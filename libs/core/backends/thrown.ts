import { BROKER_ERRORS, BrokerError, UnknownOutcome } from '#sdk';

/** Characters of a stack that are looked at: the first frames are there. */
const MAX_STACK = 4_096;
const WORD = /^\w{1,64}$/;
const PLACE = /^[ \t]+at (?:[^\n]*[(/\\])?([\w.-]+:\d+:\d+)\)?$/m;

/** Whether the backend says what happened. A word only a later SDK knows says nothing here: the outcome is unknown. */
export function isRefusal(error: unknown): error is BrokerError {
  return error instanceof BrokerError && Object.hasOwn(BROKER_ERRORS, error.code) && typeof error.description === 'string';
}

/** What a backend threw, in short. Messages nobody vouches for may hold secrets: of those only kind and place. */
export function describeThrown(error: unknown): string {
  if (error instanceof UnknownOutcome) return messageIn(error);
  if (!(error instanceof Error)) return 'it threw something that is no error';
  const place = placeOf(error);
  const kind = error.constructor.name;
  return `${WORD.test(kind) ? kind : 'Error'}${codeOf(error)}${place === undefined ? '' : ` at ${place}`}`;
}

/** Errors whose causes are told, one behind the other. */
const MOST_CAUSES = 4;
/** Of one message; more than is kept of all. */
const MOST_MESSAGE = 16_384;

/**
 * Everything a backend said by what it threw, and by what caused that. It may hold secrets: mask it before it goes
 * anywhere.
 */
export function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let each = error; each !== undefined && words.length < MOST_CAUSES; each = each instanceof Error ? each.cause : undefined) {
    words.push(wordsOfOne(each));
  }
  return words.join(' | caused by ');
}

function wordsOfOne(error: unknown): string {
  if (error instanceof BrokerError || error instanceof UnknownOutcome) return messageIn(error);
  if (!(error instanceof Error)) return typeof error === 'string' ? error.slice(0, MOST_MESSAGE) : describeThrown(error);
  return `${describeThrown(error)}: ${messageIn(error)}`;
}

function messageIn({ message }: Error): string {
  return typeof message === 'string' ? message.slice(0, MOST_MESSAGE) : 'without a message';
}

/** Codes as systems and databases give them: `ECONNRESET`, `57P01`. */
function codeOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : '';
}

/** The line it was thrown on, read behind the message: that may look like a stack itself. */
function placeOf({ stack = '', message }: Error): string | undefined {
  const start = stack.indexOf(message);
  return start === -1 ? undefined : PLACE.exec(stack.slice(start + message.length, start + message.length + MAX_STACK))?.[1];
}
