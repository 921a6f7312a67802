import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, membersOf, pathOf, remembering, toBinding, toInstance, withMembers } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isUnbind = (request: SpoiltRequest): boolean => toBinding('DELETE', request);
const acceptsLater = ({ url }: SpoiltRequest): boolean => url.includes('accepts_incomplete=true');
const instanceOf = (request: SpoiltRequest): string => pathOf(request).replace(/\/service_bindings.*$/, '');

/** Unbinds are answered like this, by what was answered for the same binding before. */
const answering = (
  answer: (told: SpoiltAnswer, request: SpoiltRequest, past: readonly string[]) => SpoiltAnswer | undefined,
): Spoiling => remembering((told, request, past) => (isUnbind(request) ? answer(told, request, past) : undefined));

/** Unbinds are read with this query instead of their own. */
const reading = (change: (query: URLSearchParams, request: SpoiltRequest) => void): Spoiling => ({
  request: (request) => {
    if (!isUnbind(request)) return request;
    const query = new URLSearchParams(request.url.split('?')[1]);
    change(query, request);
    return { ...request, url: `${pathOf(request)}?${query.toString()}` };
  },
});

/** An id that is missing or empty is made up for. */
const needingNo = (name: string, value: string): Spoiling =>
  reading((query) => {
    if (!query.get(name)) query.set(name, value);
  });

/** Unbinds from what never was an instance are not found. */
function lookingForInstances(): Spoiling {
  const made = new Set<string>();
  return {
    answer: (told, request) => {
      if (toInstance('PUT', request)) made.add(pathOf(request));
      return isUnbind(request) && !made.has(instanceOf(request)) ? instead(told, 404) : told;
    },
  };
}

/** Bindings are removed by their own ids alone. */
function removingEverywhere(): Spoiling {
  const homes = new Map<string, string>();
  const idOf = (request: SpoiltRequest): string => pathOf(request).split('/').at(-1) ?? '';
  return {
    request: (request) => {
      if (toBinding('PUT', request)) homes.set(idOf(request), pathOf(request));
      const home = isUnbind(request) ? homes.get(idOf(request)) : undefined;
      return home ? { ...request, url: request.url.replace(pathOf(request), home) } : request;
    },
    answer: (told, request) => (isUnbind(request) && homes.get(idOf(request)) !== pathOf(request) ? instead(told, 410) : told),
  };
}

/** Unbinds need the plan of the bind. */
function comparingPlans(): Spoiling {
  const plans = new Map<string, unknown>();
  return {
    answer: (told, request) => {
      if (toBinding('PUT', request)) plans.set(pathOf(request), membersOf(request)['plan_id']);
      const plan = new URLSearchParams(request.url.split('?')[1]).get('plan_id');
      return isUnbind(request) && plan && (plans.get(pathOf(request)) ?? plan) !== plan ? instead(told, 400) : told;
    },
  };
}

const refusals: Case[] = [
  ['needs no service', needingNo('service_id', 'simulator-service'), [400]],
  ['needs no plan', needingNo('plan_id', 'simulator-sync'), [401]],
  ['does not find what never was bound', answering((told, _request, past) => (past.length === 0 ? instead(told, 404) : undefined)), [402, 403, 413]],
  ['does not find instances that never were', lookingForInstances(), [403]],
  ['does not find what is unbound', answering((told, _request, past) => (past.includes('DELETE 200') ? instead(told, 404) : undefined)), [404, 408]],
  ['tells by text what is gone', answering((told) => (told.status === 410 ? { ...told, body: 'gone' } : undefined)), [405]],
  [
    'does not look at the service',
    reading((query) => (query.get('service_id') ? query.set('service_id', 'simulator-service') : undefined)),
    [408],
  ],
  ['compares plans', comparingPlans(), [408]],
  ['removes bindings of other instances', removingEverywhere(), [413]],
];

const removals: Case[] = [
  ['tells what it has removed', answering((told) => (told.status === 200 ? withMembers(told, { removed: true }) : undefined)), [397]],
  [
    'gives what it has removed',
    remembering((told, request, past) => (toBinding('GET', request) && past.at(-1) === 'DELETE 200' && !past.includes('DELETE 422') ? instead(told, 200) : undefined)),
    [397],
  ],
  ['takes its time for what it is through with', answering((told) => (told.status === 200 ? { ...told, status: 202 } : undefined)), [397]],
  [
    'names operations by nothing',
    {
      ...answering((told) => (told.status === 202 ? withMembers(told, { operation: '' }) : undefined)),
      request: (request) => ({ ...request, url: request.url.replace(/operation=$/, '') }),
    },
    [398],
  ],
  [
    'does not try again what it could not remove',
    answering((told, _request, past) => (past.includes('GET 200 failed') && past.at(-1) === 'PUT 200' ? instead(told, 500) : undefined)),
    [411],
  ],
  [
    'loses what it could not remove',
    remembering((told, request, past) => (toBinding('GET', request) && past.includes('DELETE 500') ? instead(told, 404) : undefined)),
    [412],
  ],
  [
    'makes anew what it could not remove',
    remembering((told, request, past) => (toBinding('PUT', request) && past.includes('DELETE 500') ? { ...told, status: 201 } : undefined)),
    [412],
  ],
];

const meanwhile: Case[] = [
  [
    'has a word of its own for what is busy',
    answering((told) => (told.status === 422 ? withMembers(told, { error: 'Busy' }) : undefined)),
    [406],
  ],
  [
    'accepts what nobody allowed it to do later',
    answering((told, request, past) => (told.status === 422 && !acceptsLater(request) && past.includes('PUT 202') ? instead(told, 202) : undefined)),
    [406],
  ],
  [
    'has a new operation for each unbind',
    answering((told, _request, past) => (told.status === 202 && past.at(-1) === 'DELETE 202' ? withMembers(told, { operation: 'another' }) : undefined)),
    [399],
  ],
  ['takes accepted for done', answering((told, _request, past) => (told.status === 202 && past.at(-1) === 'DELETE 202' ? instead(told, 200) : undefined)), [399]],
  [
    'gives what it should not have made',
    remembering((told, request, past) => (toBinding('GET', request) && past.includes('DELETE 422') && told.status === 404 ? instead(told, 200) : undefined)),
    [407],
  ],
  [
    'removes twice what it should not have made',
    answering((told, _request, past) => (past.includes('DELETE 422') && told.status === 410 ? instead(told, 200) : undefined)),
    [407],
  ],
];

test.concurrent.each([...refusals, ...removals])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('UNB', spoiling, rows, '397,398,400-405,408-413');
});

test.concurrent.each(meanwhile)('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('UNB', spoiling, rows);
});
