import { expectBroken } from '../fixtures/expect-broken.js';
import { answeringTo, instead, pathOf, remembering, toBinding, toInstance, withMembers, type Change } from '../fixtures/spoiling.js';
import type { SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

/** Rows that look at nothing slow; a fault that shows in these alone is looked for in these only. */
const QUICK: readonly number[] = [414, 415, 417, 418, 419, 420, 424, 425, 427, 428, 430, 431];

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isDelete = (request: SpoiltRequest): boolean => toInstance('DELETE', request);

/** Deletes of instances are answered like this. */
const answering = (answer: Change): Spoiling => answeringTo(isDelete, answer);

/** Deletes of instances are read with another query. */
const asking = (change: (query: URLSearchParams, request: SpoiltRequest) => void): Spoiling => ({
  request: (request) => {
    if (!isDelete(request)) return request;
    const query = new URLSearchParams(request.url.split('?')[1]);
    change(query, request);
    return { ...request, url: `${pathOf(request)}?${query.toString()}` };
  },
});

/** Makes do without this id. */
const needless = (name: string, id: string) => (query: URLSearchParams) => {
  if (!query.get(name)) query.set(name, id);
};

/** Breaks down over what has bindings. */
function tangled(): Spoiling {
  const bound = new Map<string, number>();
  return {
    answer: (told, request) => {
      const [instance = ''] = pathOf(request).split('/service_bindings/');
      const change = toBinding('PUT', request) && told.status === 201 ? 1 : toBinding('DELETE', request) && told.status === 200 ? -1 : 0;
      bound.set(instance, (bound.get(instance) ?? 0) + change);
      return isDelete(request) && told.status === 200 && (bound.get(instance) ?? 0) > 0 ? instead(told, 500) : told;
    },
  };
}

test.concurrent.each([
  ['answers nothing when it removed something', answering((told) => (told.status === 200 ? { ...told, body: '' } : undefined)), [414]],
  [
    'gives operations endless names',
    {
      ...answering((told) => (told.status === 202 ? withMembers(told, { operation: 'o'.repeat(10_001) }) : undefined)),
      request: (request) => ({ ...request, url: request.url.replace(/operation=o+/, '') }),
    },
    [415],
  ],
  [
    'has a new operation for each delete',
    remembering((told, request, past) =>
      isDelete(request) && told.status === 202 && past.at(-1) === 'DELETE 202' ? withMembers(told, { operation: 'another' }) : undefined,
    ),
    [416],
  ],
  ['makes do without a service', asking(needless('service_id', 'simulator-service')), [417]],
  ['makes do without a plan', asking(needless('plan_id', 'simulator-sync')), [418]],
  [
    'reads the bodies of deletes',
    asking((query, { body }) => {
      if (body !== '') for (const [name, id] of Object.entries(JSON.parse(body) as Record<string, string>)) query.set(name, id);
    }),
    [430],
  ],
  [
    'takes any service for its own',
    asking((query) => {
      if (/nobody/.test(query.get('service_id') ?? '')) query.set('service_id', 'simulator-service');
    }),
    [425],
  ],
  ['wants to know the plan', answering((told, { url }) => (/plan_id=[^&]*nobody/.test(url) ? instead(told, 400) : undefined)), [425]],
  ['answers 200 to deletes of what is gone', answering((told) => (told.status === 410 ? { ...told, status: 200 } : undefined)), [419, 420, 422, 423, 431]],
  ['answers 410 with a page', answering((told) => (told.status === 410 ? { ...told, body: '<html>' } : undefined)), [431]],
  [
    'removes what it would not make twice',
    remembering((told, request, past) => (toInstance('PUT', request) && past.includes('PUT 409') ? instead(told, 201) : undefined)),
    [420],
  ],
  ['is busy without saying so', answering((told) => (told.status === 422 ? withMembers(told, { error: 'Busy' }) : undefined)), [421]],
  [
    'still tells of what it stopped making',
    remembering((told, request, past) =>
      toInstance('GET', request) && past.includes('PUT 202') && past.some((each) => each.startsWith('DELETE 2')) ? instead(told, 200) : undefined,
    ),
    [422, 423],
  ],
  [
    'does not know what failed',
    remembering((told, request, past) => (isDelete(request) && past.at(-1) === 'GET 200 failed' && past[0] === 'PUT 202' ? instead(told, 404) : undefined)),
    [423],
  ],
  ['breaks down over what has bindings', tangled(), [424]],
  [
    'forgets what it could not remove',
    remembering((told, request, past) =>
      isDelete(request) && past[0] === 'PUT 201' && (past.at(-1) === 'GET 200 failed' || past.at(-1) === 'DELETE 500') ? instead(told, 410) : undefined,
    ),
    [426],
  ],
  [
    'tells of usability in words',
    { answer: (told, { url }) => (/last_operation/.test(url) && /"failed"/.test(told.body) ? withMembers(told, { instance_usable: 'yes' }) : told) },
    [426],
  ],
  [
    'never takes an id again',
    remembering((told, request, past) => (toInstance('PUT', request) && past.includes('DELETE 200') ? instead(told, 409) : undefined)),
    [427],
  ],
  [
    'changes what is gone',
    remembering((told, request, past) => (toInstance('PATCH', request) && past.includes('DELETE 200') ? instead(told, 200) : undefined)),
    [428],
  ],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('DEP', spoiling, rows, rows.every((row) => QUICK.includes(row)) ? QUICK.join(',') : 'DEP');
});
