import { expectBroken } from '../fixtures/expect-broken.js';
import { answeringTo, instead, membersOf, pathOf, remembering, toBinding, toInstance, withMembers, type Change } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Members = Readonly<Record<string, unknown>>;
type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isFetch = (request: SpoiltRequest): boolean => toBinding('GET', request);

/** Fetches are answered like this. */
const answering = (answer: Change): Spoiling => answeringTo(isFetch, answer);

/** What was found is told with these members. */
const telling = (members: (members: Members) => Members): Spoiling =>
  answering((answer) => (answer.status === 200 ? withMembers(answer, members(membersOf(answer))) : undefined));

/** Fetches are answered by what was answered for the same binding before. */
const rememberingOf = (answer: (answer: SpoiltAnswer, past: readonly string[]) => SpoiltAnswer | undefined): Spoiling =>
  remembering((original, request, past) => (isFetch(request) ? answer(original, past) : undefined));

/** Such objects in a list are told with these members instead. */
const eachIn = (member: string, change: Members): Spoiling =>
  telling((members) => (member in members ? { [member]: (members[member] as Members[]).map((each) => ({ ...each, ...change })) } : {}));

/** Finds a binding whatever the instance. */
function bindingsOfAll(): Spoiling {
  const homes = new Map<string, string>();
  return {
    request: (request) => {
      const id = pathOf(request).split('/').at(-1) ?? '';
      if (toBinding('PUT', request)) homes.set(id, pathOf(request));
      return isFetch(request) ? { ...request, url: request.url.replace(pathOf(request), homes.get(id) ?? pathOf(request)) } : request;
    },
  };
}

/** Fetches of bindings of one plan find nothing. */
function blindTo(plan: string): Spoiling {
  const unseen = new Set<string>();
  return {
    answer: (answer, request) => {
      const [instance = ''] = pathOf(request).split('/service_bindings/');
      if (toInstance('PUT', request) && request.body.includes(`"plan_id":"${plan}"`)) unseen.add(instance);
      return isFetch(request) && unseen.has(instance) ? instead(answer, 404) : answer;
    },
  };
}

/** All bindings of an instance expire with the first one that is fetched. */
function expiringTogether(): Spoiling {
  const firsts = new Map<string, unknown>();
  return answering((answer, request) => {
    const { metadata } = membersOf(answer);
    if (metadata === undefined) return undefined;
    const [instance = ''] = pathOf(request).split('/service_bindings/');
    const first = firsts.get(instance);
    firsts.set(instance, first ?? { ...(metadata as Members), expires_at: '2098-12-31T23:59:59.0Z' });
    return first === undefined ? undefined : withMembers(answer, { metadata: first });
  });
}

test.concurrent.each([
  ['answers 201 to a fetch', answering((answer) => (answer.status === 200 ? { ...answer, status: 201 } : undefined)), [381, 382, 383, 392, 393]],
  ['tells of a binding in a list', answering((answer) => (answer.status === 200 ? { ...answer, body: `[${answer.body}]` } : undefined)), [381, 389, 396]],
  ['finds no binding it has just made', rememberingOf((answer, past) => (past.includes('PUT 202') && !past.includes('PUT 200') ? instead(answer, 404) : undefined)), [382, 383, 389]],
  ['finds no binding of plans with schemas', blindTo('simulator-with-schema'), [383]],
  ['answers 410 to what it does not find', answering((answer) => (answer.status === 404 ? instead(answer, 410) : undefined)), [384, 386, 387, 388, 395]],
  ['says by a text that it finds nothing', answering((answer) => (answer.status === 404 ? { ...answer, body: 'No.' } : undefined)), [384, 386, 387, 388, 395]],
  ['answers 400 where there is no instance', rememberingOf((answer, past) => (answer.status === 404 && past.length === 0 ? instead(answer, 400) : undefined)), [384, 388]],
  ['shows what failed', rememberingOf((answer, past) => (past.includes('GET 200 failed') ? instead(answer, 200) : undefined)), [386]],
  ['answers 410 to what was removed', rememberingOf((answer, past) => (past.includes('DELETE 200') ? instead(answer, 410) : undefined)), [387]],
  ['finds bindings whatever the instance', bindingsOfAll(), [388]],
  ['gives no credentials after a 202', rememberingOf((answer, past) => (past.includes('PUT 202') ? withMembers(answer, { credentials: undefined }) : undefined)), [389]],
  ['tells of drains to all', telling(() => ({ syslog_drain_url: null })), [390]],
  ['tells of lists without a volume', telling(({ volume_mounts: mounts = [] }) => ({ volume_mounts: mounts })), [390]],
  ['has other words for volumes', eachIn('volume_mounts', { driver: undefined, kind: 'nfs' }), [391]],
  ['tells of ports by numbers', eachIn('endpoints', { ports: [5432] }), [391]],
  ['tells by a number when a binding expires', telling(({ metadata }) => (metadata ? { metadata: { expires_at: 4_102_444_799 } } : {})), [391, 396]],
  ['tells parameters by a text', telling(() => ({ parameters: '{}' })), [392]],
  ['tells parameters nobody sent', telling(({ parameters }) => ({ parameters: { ...Object(parameters), size: 1 } })), [392]],
  ['needs to be told the plan', answering((answer, { url }) => (url.includes('service_id') && !url.includes('plan_id') ? instead(answer, 400) : undefined)), [393]],
  ['does not want to be told', answering((answer, { url }) => (url.includes('?') ? instead(answer, 400) : undefined)), [393]],
  ['tells of bindings without announcing it', { answer: (answer, { url }) => (url === '/v2/catalog' ? { ...answer, body: answer.body.replaceAll('bindings_retrievable', 'other') } : answer) }, [395]],
  ['has one expiry for all bindings of an instance', expiringTogether(), [396]],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('GBN', spoiling, rows, '381-384,386-393,395,396');
});

test.concurrent.each([
  ['shows what is being made', rememberingOf((answer, past) => (past.includes('PUT 202') && answer.status === 404 ? instead(answer, 200) : undefined)), [385]],
  ['breaks down over what is being removed', rememberingOf((answer, past) => (past.includes('DELETE 202') ? instead(answer, 500) : undefined)), [394]],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('GBN', spoiling, rows, '385,394');
});
