import { expectBroken } from '../fixtures/expect-broken.js';
import { toInstance, turningAway } from '../fixtures/spoiling.js';
import type { SpoiltAnswer, SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

const NAME = 'x-broker-api-request-identity';
const identity = ({ headers }: SpoiltRequest): string | undefined => headers[NAME];
/** What is to be given back. */
const asked = (request: SpoiltRequest): string | undefined => identity(request) || undefined;

/** Answers with this identity instead. */
const echoing = (echo: (told: SpoiltAnswer, request: SpoiltRequest) => string | undefined): Spoiling => ({
  answer: (told, request) => {
    const { [NAME]: _own, ...headers } = told.headers;
    const value = echo(told, request);
    return { ...told, headers: { ...headers, ...(value === undefined ? {} : { [NAME]: value }) } };
  },
});

/** What has the identity of an earlier delete is taken for that delete. */
function onceOnly(): Spoiling {
  const seen = new Set<string | undefined>();
  const isKnown = (request: SpoiltRequest): boolean => /not a GUID/.test(identity(request) ?? '') && seen.has(identity(request));
  return {
    request: (request) => (request.method === 'DELETE' && isKnown(request) ? { ...request, method: 'GET', url: '/v2/catalog' } : request),
    answer: (told, request) => {
      if (toInstance('PUT', request)) seen.add(identity(request));
      return told;
    },
  };
}

test.each<readonly [string, Spoiling, readonly number[]]>([
  ['gives no identities back', echoing(() => undefined), [37, 38, 39]],
  ['gives identities of its own', echoing(() => 'own'), [37, 38, 39]],
  ['gives identities back when all goes well', echoing(({ status }, request) => (status < 300 ? asked(request) : undefined)), [38, 39]],
  ['gives no identities back when it breaks down', echoing(({ status }, request) => (status < 500 ? asked(request) : undefined)), [38]],
  ['knows identities only after the login', echoing(({ status }, request) => (status === 401 ? undefined : asked(request))), [39]],
  ['shortens identities', echoing((_told, request) => asked(request)?.slice(0, 30)), [37, 39]],
  ['wants to know a delete by its identity', turningAway((request) => request.method === 'DELETE' && !identity(request), 400), [40, 41, 42]],
  ['takes GUIDs only', turningAway((request) => /not a GUID/.test(identity(request) ?? ''), 400), [41]],
  ['does the same only once', onceOnly(), [41]],
  ['gives empty identities back', echoing((_told, request) => identity(request)), [42]],
  ['breaks down over odd identities', turningAway((request) => /[^ -~]/.test(identity(request) ?? ''), 500), [43]],
  [
    'decodes identities',
    {
      answer: (told, request) =>
        /%0d%0a/.test(identity(request) ?? '') ? { ...told, headers: { ...told.headers, 'x-injected': 'yes' } } : told,
    },
    [43],
  ],
])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('RID', spoiling, rows);
});
