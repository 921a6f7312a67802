import { expectBroken } from '../fixtures/expect-broken.js';
import { answeringTo, instead, membersOf, pathOf, remembering, toInstance, withMembers, type Change } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Members = Readonly<Record<string, unknown>>;
type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isFetch = (request: SpoiltRequest): boolean => toInstance('GET', request);

/** Fetches are answered like this. */
const answering = (answer: Change): Spoiling => answeringTo(isFetch, answer);

/** What was found is told with these members. */
const telling = (members: (members: Members) => Members): Spoiling =>
  answering((answer) => (answer.status === 200 ? withMembers(answer, members(membersOf(answer))) : undefined));

/** Fetches are answered by what was answered for the same instance before. */
const rememberingOf = (answer: (answer: SpoiltAnswer, past: readonly string[]) => SpoiltAnswer | undefined): Spoiling =>
  remembering((original, request, past) => (isFetch(request) ? answer(original, past) : undefined));

/** Tells of an instance what its last request of this method asked for, or the first one. */
function tellingWhatWasAsked(method: string, which: 'first' | 'last'): Spoiling {
  const asked = new Map<string, Members>();
  return {
    answer: (answer, request) => {
      const path = pathOf(request);
      const { plan_id, parameters } = membersOf(request);
      if (toInstance(method, request) && (which === 'last' || !asked.has(path))) asked.set(path, { plan_id, parameters });
      return isFetch(request) && answer.status === 200 ? withMembers(answer, asked.get(path) ?? {}) : answer;
    },
  };
}

/** Fetches of instances of one plan find nothing. */
function blindTo(plan: string): Spoiling {
  const unseen = new Set<string>();
  return {
    answer: (answer, request) => {
      if (toInstance('PUT', request) && request.body.includes(`"plan_id":"${plan}"`)) unseen.add(pathOf(request));
      return isFetch(request) && unseen.has(pathOf(request)) ? instead(answer, 404) : answer;
    },
  };
}

test.concurrent.each([
  ['answers 201 to a fetch', answering((answer) => (answer.status === 200 ? { ...answer, status: 201 } : undefined)), [266, 267, 268, 276, 277, 278, 279, 280, 281]],
  ['tells of an instance in a list', answering((answer) => (answer.status === 200 ? { ...answer, body: `[${answer.body}]` } : undefined)), [266, 275]],
  ['finds no instance it has just made', rememberingOf((answer, past) => (past.includes('PUT 202') && !past.includes('PATCH 202') ? instead(answer, 404) : undefined)), [267, 268]],
  ['finds no instance of plans with schemas', blindTo('simulator-with-schema'), [268]],
  ['answers 410 to what it does not find', answering((answer) => (answer.status === 404 ? instead(answer, 410) : undefined)), [269, 271, 274, 282]],
  ['says by a text that it finds nothing', answering((answer) => (answer.status === 404 ? { ...answer, body: 'No.' } : undefined)), [269, 271, 274, 282]],
  ['shows what failed', rememberingOf((answer, past) => (past.includes('GET 200 failed') && !past.includes('PUT 201') ? instead(answer, 200) : undefined)), [271]],
  ['answers 410 to what was removed', rememberingOf((answer, past) => (past.includes('DELETE 200') ? instead(answer, 410) : undefined)), [274]],
  ['has null for no dashboard', telling(() => ({ dashboard_url: null })), [275]],
  ['tells parameters by a text', telling(() => ({ parameters: '{}' })), [275, 278]],
  ['tells of another service', telling(() => ({ service_id: 'another' })), [275]],
  ['tells the first plan for ever', tellingWhatWasAsked('PUT', 'first'), [276]],
  ['tells what was asked for, done or not', tellingWhatWasAsked('PATCH', 'last'), [277]],
  ['tells parameters nobody sent', telling(({ parameters }) => ({ parameters: { ...Object(parameters), size: 1 } })), [278]],
  ['needs to be told the plan', answering((answer, { url }) => (url.includes('service_id') && !url.includes('plan_id') ? instead(answer, 400) : undefined)), [279]],
  ['does not want to be told', answering((answer, { url }) => (url.includes('?') ? instead(answer, 400) : undefined)), [279]],
  ['does not mind another service', { request: (request) => (isFetch(request) ? { ...request, url: pathOf(request) } : request) }, [279]],
  ['tells of another version', telling(({ maintenance_info: info }) => (info ? { maintenance_info: { version: '0.0.1' } } : {})), [280]],
  ['tells of other labels', telling(({ metadata }) => (metadata ? { metadata: { labels: { tier: 'tin' } } } : {})), [281]],
  ['tells of instances without announcing it', { answer: (answer, { url }) => (url === '/v2/catalog' ? { ...answer, body: answer.body.replaceAll('instances_retrievable', 'other') } : answer) }, [282]],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('GIN', spoiling, rows, '266-269,271,274-282');
});

test.concurrent.each([
  ['shows what is being made', rememberingOf((answer, past) => (past.includes('PUT 202') && answer.status === 404 ? instead(answer, 200) : undefined)), [270]],
  ['has words of its own for what is being changed', rememberingOf((answer, past) => (past.includes('PATCH 202') ? instead(answer, 422) : undefined)), [272]],
  ['breaks down over what is being removed', rememberingOf((answer, past) => (past.includes('DELETE 202') ? instead(answer, 500) : undefined)), [273]],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('GIN', spoiling, rows, '270,272,273');
});
