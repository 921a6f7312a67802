import { expectBroken } from '../fixtures/expect-broken.js';
import { answeringTo, instead, membersOf, pathOf, remembering, toBinding, withMembers, type Change } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Members = Readonly<Record<string, unknown>>;
type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const predecessorOf = (request: SpoiltRequest): unknown => membersOf(request)['predecessor_binding_id'];
const isRotation = (request: SpoiltRequest): boolean => toBinding('PUT', request) && predecessorOf(request) !== undefined;
const idOf = (request: SpoiltRequest): string => pathOf(request).split('/').at(-1) ?? '';
const instanceOf = (request: SpoiltRequest): string => pathOf(request).split('/service_bindings/')[0] ?? '';

/** Rotations are answered like this. */
const answering = (answer: Change): Spoiling => answeringTo(isRotation, answer);

/** Refusals of rotations that say this are given in another way. */
const insteadOf = (words: string, other: (answer: SpoiltAnswer) => SpoiltAnswer): Spoiling =>
  answering((answer) => (answer.body.includes(words) ? other(answer) : undefined));

/** Makes a plain binding instead, where the test says so. */
const plain = (when: (request: SpoiltRequest) => boolean, members: Members = {}): Spoiling => ({
  request: (request) =>
    isRotation(request) && when(request)
      ? withMembers(request, { service_id: 'simulator-service', plan_id: 'simulator-rotatable', predecessor_binding_id: undefined, ...members })
      : request,
});

/** Knows what was bound where, and rotates what it knows only if the test says so. */
function knowing(when: (known: { isHere: boolean; isElsewhere: boolean }) => boolean): Spoiling {
  const homes = new Map<string, string>();
  const spoiling = plain((request) => {
    const home = homes.get(String(predecessorOf(request)));
    return when({ isHere: home === instanceOf(request), isElsewhere: home !== undefined && home !== instanceOf(request) });
  });
  return {
    request: (request) => {
      if (toBinding('PUT', request)) homes.set(idOf(request), instanceOf(request));
      return spoiling.request?.(request) ?? request;
    },
  };
}

/** What comes of the other one when one of a pair is unbound. */
function pairs(lost: 'successor' | 'predecessor'): Spoiling {
  const successors = new Map<string, string>();
  const gone = new Set<string>();
  return {
    answer: (answer, request) => {
      const from = String(predecessorOf(request));
      if (isRotation(request) && answer.status === 201) {
        if (lost === 'successor') successors.set(from, idOf(request));
        else successors.set(idOf(request), from);
      }
      if (toBinding('DELETE', request)) gone.add(successors.get(idOf(request)) ?? '');
      return toBinding('GET', request) && gone.has(idOf(request)) ? instead(answer, 404) : answer;
    },
  };
}

/** Refuses a predecessor it knows of another instance with words of its own. */
function tellingWhere(): Spoiling {
  const made = new Set<string>();
  return {
    answer: (answer, request) => {
      if (toBinding('PUT', request) && answer.status === 201) made.add(idOf(request));
      const knows = isRotation(request) && made.has(String(predecessorOf(request)));
      return knows && answer.body.includes('is no binding of') ? instead(answer, 400, { description: 'It is of another instance.' }) : answer;
    },
  };
}

/** Refuses successors as predecessors. */
function rotatingOnce(): Spoiling {
  const successors = new Set<string>();
  return answering((answer, request) => {
    if (successors.has(String(predecessorOf(request)))) return instead(answer, 400);
    successors.add(idOf(request));
    return undefined;
  });
}

/** What was rotated is told of like this. */
const fetchedAfter = (answer: (answer: SpoiltAnswer) => SpoiltAnswer): Spoiling => {
  const involved = new Set<string>();
  return {
    answer: (original, request) => {
      if (isRotation(request)) involved.add(String(predecessorOf(request)));
      return toBinding('GET', request) && involved.has(idOf(request)) ? answer(original) : original;
    },
  };
};

test.concurrent.each([
  [
    'wants service and plan with a rotation',
    answering((answer, request) => (membersOf(request)['service_id'] === undefined && answer.status === 201 ? instead(answer, 400) : undefined)),
    [366, 368, 369, 370, 378, 380],
  ],
  [
    'wants nothing with a rotation but the predecessor',
    answering((answer, request) => (membersOf(request)['service_id'] !== undefined && answer.status === 201 ? instead(answer, 400) : undefined)),
    [367],
  ],
  ['answers 200 to a rotation', answering((answer) => (answer.status === 201 ? { ...answer, status: 200 } : undefined)), [366, 367, 380]],
  ['forgets what was rotated', fetchedAfter((answer) => instead(answer, 404)), [368, 369]],
  ['changes the credentials of what was rotated', fetchedAfter((answer) => withMembers(answer, { credentials: { changed: true } })), [368, 369]],
  ['removes successors with their predecessor', pairs('successor'), [369]],
  ['removes predecessors with their successor', pairs('predecessor'), [369]],
  [
    'tells other parameters of a successor',
    { answer: (answer, request) => (toBinding('GET', request) && /kept/.test(answer.body) ? withMembers(answer, { parameters: { made: 'up' } }) : answer) },
    [370],
  ],
  ['makes a binding of what it does not know', knowing(({ isHere, isElsewhere }) => !isHere && !isElsewhere), [371, 372]],
  ['makes a binding of one of another instance', knowing(({ isElsewhere }) => isElsewhere), [372]],
  ['tells that there is one elsewhere', tellingWhere(), [372]],
  ['breaks down over a predecessor it does not have', insteadOf('is no binding of', (answer) => ({ ...answer, status: 500 })), [371, 372, 376]],
  ['rotates what has expired', insteadOf('has expired', (answer) => instead(answer, 201, { credentials: {} })), [373]],
  ['makes plain bindings where it cannot rotate', plain(({ body }) => body.includes('simulator-sync'), { plan_id: 'simulator-sync' }), [375]],
  ['breaks down where it cannot rotate', insteadOf('cannot be rotated', (answer) => instead(answer, 500)), [375]],
  ['makes a binding its own successor', plain((request) => predecessorOf(request) === idOf(request)), [376]],
  ['answers 409 to a binding that is to be its own successor', answering((answer, request) => (predecessorOf(request) === idOf(request) ? instead(answer, 409) : undefined)), [376]],
  [
    'does not compare predecessors',
    { answer: (answer, request) => (toBinding('PUT', request) && answer.status === 409 ? instead(answer, 200) : answer) },
    [378],
  ],
  ['compares predecessors only where there is one', { answer: (answer, request) => (toBinding('PUT', request) && !isRotation(request) && answer.status === 409 ? instead(answer, 200) : answer) }, [378]],
  ['waits where it was not told it may not', insteadOf('AsyncRequired', (answer) => instead(answer, 202)), [379]],
  ['rotates nothing that came of a rotation', rotatingOnce(), [380]],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('ROT', spoiling, rows, '366-373,375,376,378-380');
});

test.concurrent.each([
  ['answers 400 while the predecessor is busy', insteadOf('ConcurrencyError', (answer) => instead(answer, 400)), [374]],
  [
    'refuses a rotation again',
    answering((answer) => (answer.status === 200 ? instead(answer, 422) : undefined)),
    [377],
  ],
  [
    'gives other credentials to a rotation again',
    answering((answer) => (answer.status === 200 ? withMembers(answer, { credentials: { changed: true } }) : undefined)),
    [377],
  ],
  [
    'has a new operation for a rotation again',
    remembering((answer, request, past) =>
      isRotation(request) && past.includes('PUT 202') && answer.status === 202 ? withMembers(answer, { operation: 'another' }) : undefined,
    ),
    [377],
  ],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('ROT', spoiling, rows, '374,377');
});
