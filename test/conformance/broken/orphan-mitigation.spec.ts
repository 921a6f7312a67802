import { expectBroken } from '../fixtures/expect-broken.js';
import { answeringTo, instead, membersOf, pathOf, remembering, toBinding, toInstance, withMembers } from '../fixtures/spoiling.js';
import type { SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isCreate = (request: SpoiltRequest): boolean => toInstance('PUT', request) || toBinding('PUT', request);
const isDelete = (request: SpoiltRequest): boolean => request.method === 'DELETE';

/** The first delete after a bad end is answered like this. */
const firstDelete = (status: number, error: string): Spoiling =>
  remembering((told, request, past) => (isDelete(request) && past.at(-1) === 'GET 200 failed' ? instead(told, status, { error }) : undefined));

/** Deletes of what was made with an originating identity need one, too. */
function knowingOwners(): Spoiling {
  const owned = new Set<string>();
  return {
    answer: (told, request) => {
      const named = 'x-broker-api-originating-identity' in request.headers;
      if (isCreate(request) && named) owned.add(pathOf(request));
      return isDelete(request) && owned.has(pathOf(request)) && !named ? instead(told, 400) : told;
    },
  };
}

/** What was being made when the delete came is made after all. */
function madeAfterAll(): Spoiling {
  const late = new Set<string>();
  const deleted = new Set<string>();
  return {
    answer: (told, request) => {
      const path = pathOf(request);
      if (toInstance('PUT', request) && request.body.includes('delayMs')) late.add(path);
      if (!isDelete(request)) return told;
      const isFirst = !deleted.has(path);
      deleted.add(path);
      if (isFirst || !late.has(path) || told.status !== 410) return told;
      late.delete(path);
      return { ...told, status: 200 };
    },
  };
}

test.concurrent.each([
  ['makes after all what was deleted meanwhile', madeAfterAll(), [432]],
  ['answers 200 to deletes of what is gone', answeringTo(isDelete, (told) => (told.status === 410 ? instead(told, 200) : undefined)), [432]],
  ['answers 404 to the delete of what failed', firstDelete(404, 'NotFound'), [433, 438, 439, 440]],
  ['answers 422 without a known word to the delete of what failed', firstDelete(422, 'Busy'), [433, 438, 439, 440]],
  ['wants to know who cleans up', knowingOwners(), [434]],
  ['answers creates by lists', answeringTo(isCreate, (told) => (told.status < 300 ? { ...told, body: '[]' } : undefined)), [435, 436]],
  ['answers creates again by text', answeringTo(isCreate, (told) => (told.status === 200 ? { ...told, body: 'as before' } : undefined)), [436]],
  ['gives volumes as an object', answeringTo(isCreate, (told) => (told.status === 201 ? withMembers(told, { volume_mounts: {} }) : undefined)), [435]],
  ['answers 422 to what is wrong', answeringTo(isCreate, (told) => (told.status === 400 ? { ...told, status: 422 } : undefined)), [437]],
  ['breaks down over what is wrong', answeringTo(isCreate, (told) => (told.status === 400 ? { ...told, status: 500 } : undefined)), [437]],
  [
    'loses what it could not update',
    remembering((told, request, past) => (isDelete(request) && past.includes('PATCH 500') ? instead(told, 410) : undefined)),
    [441],
  ],
  [
    'gives up what it was busy with',
    remembering((told, _request, past) =>
      membersOf(told)['state'] === 'succeeded' && past.includes('PATCH 422') ? withMembers(told, { state: 'failed' }) : undefined,
    ),
    [443],
  ],
  ['answers 408 to what takes its time', answeringTo(isCreate, (told, { body }) => (body.includes('delayMs') ? instead(told, 408) : undefined)), [444]],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('ORP', spoiling, rows);
});
