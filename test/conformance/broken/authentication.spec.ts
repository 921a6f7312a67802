import { basic } from '../broker/broker-under-test.js';
import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, remembering, toInstance } from '../fixtures/spoiling.js';
import { SIMULATOR_LOGIN } from '../fixtures/simulator-under-test.js';
import type { SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

const { username, password } = SIMULATOR_LOGIN;
const RIGHT = basic(SIMULATOR_LOGIN);

const tried = ({ headers }: SpoiltRequest): string => headers['authorization'] ?? '';
const decoded = (request: SpoiltRequest): string => Buffer.from(tried(request).slice('Basic '.length), 'base64').toString('utf8');

/** Lets such requests in, whatever they log in with. */
const lettingIn = (when: (request: SpoiltRequest) => boolean): Spoiling => ({
  request: (request) => (when(request) ? { ...request, headers: { ...request.headers, authorization: RIGHT } } : request),
});

/** Answers strangers like this. */
const toStrangers = (answer: NonNullable<Spoiling['answer']>): Spoiling => ({
  answer: (told, request) => (told.status === 401 ? answer(told, request) : told),
});

test.each<readonly [string, Spoiling, readonly number[]]>([
  ['lets everybody in', lettingIn(() => true), [14, 15, 16, 17, 18, 19, 20, 21, 22, 23]],
  ['lets in who does not try', lettingIn((request) => tried(request) === ''), [14, 17, 19, 20, 21, 22]],
  ['looks at the password alone', lettingIn((request) => decoded(request).endsWith(`:${password}`)), [15]],
  ['looks at the name alone', lettingIn((request) => decoded(request).startsWith(`${username}:`)), [16, 18]],
  ['compares passwords up to a colon', lettingIn((request) => decoded(request) === `${username}:${password.split(':')[0]}`), [18]],
  ['takes every token', lettingIn((request) => tried(request).startsWith('Bearer ')), [23]],
  ['breaks down over logins', toStrangers((told, request) => (/!!!/.test(tried(request)) ? instead(told, 500) : told)), [17]],
  ['forbids instead of asking for a login', toStrangers((told) => ({ ...told, status: 403 })), [14, 15, 16, 17, 18, 19, 20, 21, 22, 23]],
  [
    'reads bodies first',
    toStrangers((told, { method, body }) => (method.startsWith('P') && !body.endsWith('}') ? instead(told, 400) : told)),
    [19],
  ],
  [
    'tells strangers what exists',
    remembering((told, { method }, past) =>
      told.status === 401 && /GET|DELETE/.test(method) && !past.some((each) => each.startsWith('PUT 20')) ? instead(told, 404) : undefined,
    ),
    [14, 15, 16, 17, 18, 20, 21, 23],
  ],
  ['does not say how to log in', toStrangers((told) => ({ ...told, headers: {} })), [21]],
  ['turns strangers away in HTML', toStrangers((told) => ({ ...told, body: '<html>' })), [21]],
])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('AUTH', spoiling, rows);
});

test('a broker that makes what it says it does not', async () => {
  const strange = (request: SpoiltRequest): boolean => toInstance('PUT', request) && tried(request) !== RIGHT && request.body.endsWith('}');
  const spoiling: Spoiling = { ...lettingIn(strange), answer: (told, request) => (strange(request) ? { ...told, status: 401 } : told) };
  await expectBroken('AUTH', spoiling, [21, 22]);
});
