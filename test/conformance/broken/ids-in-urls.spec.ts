import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, membersOf, pathOf, toBinding, toInstance, turningAway, withMembers } from '../fixtures/spoiling.js';
import type { SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

/** Requests are read as if their path and query were these. */
const reading = (url: (request: SpoiltRequest) => string): Spoiling => ({ request: (request) => ({ ...request, url: url(request) }) });

const escapesOf = (request: SpoiltRequest): string => /service_instances\/([^/]*)/.exec(pathOf(request))?.[1] ?? '';
/** What is in no well-formed path. */
const isMalformed = ({ url }: SpoiltRequest): boolean => /%(?![\da-f]{2})|%C3%28/i.test(url.split('?', 1)[0] ?? '');
const hasEmptyId = ({ url }: SpoiltRequest): boolean => /service_(instances|bindings)\/(\/|$|\?)/.test(url);
const isDelete = (request: SpoiltRequest): boolean => toInstance('DELETE', request) || toBinding('DELETE', request);

const ODD = '+/&=%25?#é ';

/** Operations have odd names; they are read from the query by this. */
const naming = (read: (operation: string) => string): Spoiling => ({
  request: (request) => {
    const [path = '', query = ''] = request.url.split('?');
    const parameters = new URLSearchParams(query);
    const operation = parameters.get('operation');
    if (!operation) return request;
    parameters.set('operation', read(operation).replace(ODD, ''));
    return { ...request, url: `${path}?${parameters.toString()}` };
  },
  answer: (told) => {
    const { operation } = membersOf(told);
    return typeof operation === 'string' ? withMembers(told, { operation: operation + ODD }) : told;
  },
});

/** Each parameter once, the first one. */
function onlyOnce({ url }: SpoiltRequest): string {
  const [path = '', query] = url.split('?');
  if (query === undefined) return url;
  const all = new URLSearchParams(query);
  return `${path}?${new URLSearchParams([...new Set(all.keys())].map((name): [string, string] => [name, all.get(name) ?? ''])).toString()}`;
}

const filled = (url: string): string =>
  url.replace(/service_id=(&|$)/, 'service_id=simulator-service$1').replace(/plan_id=(&|$)/, 'plan_id=simulator-sync$1');

const ids: Case[] = [
  ['wants ids to be GUIDs', turningAway((request) => /^(0[\da-f]{8}$|~|A\.b)/.test(escapesOf(request)), 400), [64]],
  ['takes last_operation for a call', turningAway((request) => escapesOf(request).startsWith('last_operation'), 404), [64]],
  ['does not know escaped slashes', turningAway((request) => /%2F/.test(escapesOf(request)), 404), [65, 67]],
  ['takes escapes as they are', reading(({ url }) => url.replaceAll(/%([\da-f]{2})/g, '%25$1')), [65, 71]],
  ['knows ASCII alone', turningAway((request) => /%F0/.test(escapesOf(request)), 500), [65]],
  ['takes all letters for small ones', reading(({ url }) => url.replace(/Abc-/, 'abc-')), [66]],
  ['decodes twice', reading(({ url }) => url.replace('a%252Fb', 'a%2Fb')), [67]],
  ['does not know half an escape', { answer: (told, request) => (isMalformed(request) ? instead(told, 404) : told) }, [68]],
  ['refuses half an escape in HTML', { answer: (told, request) => (isMalformed(request) ? { ...told, body: '<html>' } : told) }, [68]],
  ['makes instances without an id', turningAway(hasEmptyId, 201), [69]],
  ['skips what is empty in paths', { answer: (told, request) => (/instances\/\//.test(request.url) ? instead(told, 200) : told) }, [69]],
  ['has room for 100 characters', turningAway((request) => escapesOf(request).length > 100, 500), [70]],
  ['breaks down over 1,000 characters', turningAway(({ url }) => url.length > 1_000, 500), [70]],
];

const queries: Case[] = [
  ['has odd names for operations', naming((operation) => operation), []],
  ['decodes names of operations twice', naming((operation) => operation.replaceAll('+', ' ')), [71]],
  ['takes escapes in queries as they are', reading(({ url }) => url.replace(/operation=(%[\da-f]{2})+$/, 'operation=nobodys')), [71]],
  ['looks at the first of many', reading(onlyOnce), [72]],
  ['does not miss ids', reading((request) => (isDelete(request) ? filled(request.url) : request.url)), [73]],
  ['breaks down over empty parameters', turningAway(({ url, method }) => method === 'GET' && url.endsWith('operation='), 500), [73]],
  ['takes empty names for names', turningAway(({ url }) => /last_operation\?.*operation=$/.test(url), 404), [73]],
  ['answers everything', { answer: (told) => (told.status === 405 ? instead(told, 200) : told) }, [74]],
  ['says in HTML what it does not have', { answer: (told, { url }) => (url === '/v2' ? { ...told, body: '<html>' } : told) }, [74]],
];

/** Many times what a quiet machine needs: the suite itself waits 20 s for what it cannot remove. */
const LONG_MS = 240_000;

test.concurrent.each([...ids, ...queries])(
  'a broker that %s',
  async (_what, spoiling, rows) => {
    await expectBroken('URL', spoiling, rows);
  },
  LONG_MS,
);
