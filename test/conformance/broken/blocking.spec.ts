import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, membersOf, pathOf, remembering, toBinding, toInstance, withMembers } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isBusy = (told: SpoiltAnswer): boolean => told.status === 422 && membersOf(told)['error'] === 'ConcurrencyError';
const last = (past: readonly string[], ...any: readonly string[]): boolean => any.includes(past.findLast((each) => /^(PUT|PATCH|DELETE) 20\d/.test(each)) ?? '');

/** While this goes on with an instance, refusals of such requests for being busy are answered otherwise. */
const busy = (going: string, which: (request: SpoiltRequest) => boolean, answer: (told: SpoiltAnswer) => SpoiltAnswer): Spoiling =>
  remembering((told, request, past) => (which(request) && isBusy(told) && last(past, going) ? answer(told) : undefined));

const unnamed = (told: SpoiltAnswer): SpoiltAnswer => withMembers(told, { error: undefined });
const creating = (request: SpoiltRequest): boolean => toInstance('PUT', request);
const updating = (request: SpoiltRequest): boolean => toInstance('PATCH', request);
const deleting = (request: SpoiltRequest): boolean => toInstance('DELETE', request);
const binding = (request: SpoiltRequest): boolean => toBinding('PUT', request);
const unbinding = (request: SpoiltRequest): boolean => toBinding('DELETE', request);

/** Refusals of such requests for being busy have no word. */
const speechless = (which: (request: SpoiltRequest) => boolean): Spoiling => ({
  answer: (told, request) => (which(request) && isBusy(told) ? unnamed(told) : told),
});

/** Bindings are made one after the other, and this is said to the second. */
function oneByOne(error: string): Spoiling {
  const first = new Map<string, string>();
  return {
    answer: (told, request) => {
      const [instance = ''] = pathOf(request).split('/service_bindings/');
      if (!binding(request) || told.status !== 202) return told;
      const known = first.get(instance) ?? pathOf(request);
      first.set(instance, known);
      return known === pathOf(request) ? told : instead(told, 422, { error });
    },
  };
}

/** What was turned away is done all the same. */
function sly(): Spoiling {
  const busyWith = new Set<string>();
  return {
    answer: (told, request) => {
      if (updating(request) && isBusy(told)) busyWith.add(pathOf(request));
      const isTold = toInstance('GET', request) && told.status === 200 && busyWith.has(pathOf(request));
      return isTold ? withMembers(told, { parameters: { conformance: 'other' } }) : told;
    },
  };
}

const turningAway: Case[] = [
  ['refuses updates of what is made without a reason', busy('PUT 202', updating, unnamed), [161]],
  ['breaks down over binds to what is busy', { answer: (told, request) => (binding(request) && isBusy(told) ? instead(told, 500) : told) }, [162, 167]],
  ['refuses binds to what is busy without a reason', speechless(binding), [162, 167]],
  ['answers 409 to updates while one runs', busy('PATCH 202', updating, (told) => ({ ...told, status: 409 })), [163]],
  [
    'gives an update up for the next one',
    remembering((told, _request, past) =>
      membersOf(told)['state'] === 'succeeded' && past.includes('PATCH 422') && past.includes('PATCH 202') ? withMembers(told, { state: 'failed' }) : undefined,
    ),
    [163],
  ],
  ['refuses deletes of what is updated without a reason', busy('PATCH 202', deleting, unnamed), [164]],
  ['refuses deletes of what is busy without a reason', speechless(deleting), [164, 165]],
  ['refuses unbinds of what is bound without a reason', speechless(unbinding), [166]],
  ['takes updates of what it is about to remove', busy('DELETE 202', updating, (told) => instead(told, 200)), [167]],
  ['answers 409 to creates of what it is about to remove', busy('DELETE 202', creating, (told) => ({ ...told, status: 409 })), [168]],
  ['breaks down over the second bind', oneByOne('Busy'), [169]],
];

const again: Case[] = [
  [
    'is busy with what is asked of it again',
    remembering((told, request, past) =>
      /PATCH|DELETE/.test(request.method) && told.status === 202 && past.at(-1) === `${request.method} 202` ? instead(told, 422, { error: 'ConcurrencyError' }) : undefined,
    ),
    [170],
  ],
  [
    'is busy with what it knows otherwise',
    { answer: (told, request) => (/PUT/.test(request.method) && told.status === 409 ? instead(told, 422, { error: 'ConcurrencyError' }) : told) },
    [171, 175],
  ],
  [
    'never updates again what it turned away once',
    remembering((told, request, past) => (updating(request) && told.status === 200 && past.includes('PATCH 422') ? instead(told, 422, { error: 'ConcurrencyError' }) : undefined)),
    [172],
  ],
  ['does what it says it is too busy for', sly(), [173]],
];

const atOnce: Case[] = [
  [
    'makes something for each of many creates',
    { answer: (told, request) => (creating(request) && told.status === 200 ? { ...told, status: 201 } : told) },
    [174],
  ],
  [
    'has an operation for each of many creates',
    remembering((told, request, past) =>
      creating(request) && told.status === 202 && past.filter((each) => each === 'PUT 202').length > 3 ? withMembers(told, { operation: 'another' }) : undefined,
    ),
    [174],
  ],
  [
    'takes two plans for one',
    { answer: (told, request) => (creating(request) && told.status === 409 ? { ...told, status: 200 } : told) },
    [171, 175],
  ],
];

test.concurrent.each([
  ...turningAway.map((spoilt) => [...spoilt, '161-169'] as const),
  ...again.map((spoilt) => [...spoilt, '170-173,175'] as const),
  ...atOnce.map((spoilt) => [...spoilt, '171,174-175'] as const),
  ['makes one binding of an instance at a time, and says so', oneByOne('ConcurrencyError'), [], '165-169'] as const,
])('a broker that %s', async (_what, spoiling, rows, only) => {
  await expectBroken('BLK', spoiling, rows, only);
});
