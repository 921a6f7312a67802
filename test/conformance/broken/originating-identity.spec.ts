import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, toInstance } from '../fixtures/spoiling.js';
import type { SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

const identity = ({ headers }: SpoiltRequest): string | undefined => headers['x-broker-api-originating-identity'];
const platform = (request: SpoiltRequest): string => identity(request)?.split(' ')[0] ?? '';
const encoded = (request: SpoiltRequest): string => identity(request)?.split(' ')[1] ?? '';
const user = (request: SpoiltRequest): string => Buffer.from(encoded(request), 'base64').toString('utf8');

/** Answers such requests with this status, and does nothing for them. */
const refusing = (when: (request: SpoiltRequest) => boolean, status = 400): Spoiling => ({
  request: (request) => (when(request) ? { ...request, method: 'GET', url: '/v2/catalog', body: '' } : request),
  answer: (told, request) => (when(request) ? instead(told, status, { description: 'No.' }) : told),
});

const parses = (text: string): boolean => /^\{.*\}$/.test(text);
const isNamed = (request: SpoiltRequest): boolean => identity(request) !== undefined;
const isRead = ({ method }: SpoiltRequest): boolean => method === 'GET';

test.each<readonly [string, Spoiling, readonly number[]]>([
  ['takes no identities', refusing(isNamed), [26, 28, 29, 30, 31, 32, 33, 34, 35, 36]],
  ['takes no identities with reads', refusing((request) => isRead(request) && isNamed(request)), [26, 28]],
  ['wants to know who deletes', refusing((request) => toInstance('DELETE', request) && !isNamed(request)), [27, 36]],
  ['wants to know who reads', refusing((request) => isRead(request) && /instances/.test(request.url) && !isNamed(request)), [27, 28]],
  ['knows Cloud Foundry alone', refusing((request) => isNamed(request) && platform(request) !== 'cloudfoundry'), [29, 30, 31, 32, 34]],
  ['knows two platforms', refusing((request) => isNamed(request) && !/^(cloudfoundry|kubernetes)$/.test(platform(request))), [31, 32]],
  ['knows all there is about a user', refusing((request) => /x-vendor/.test(user(request))), [30]],
  ['wants users to have groups', refusing((request) => platform(request) === 'kubernetes' && /"groups":\[\]/.test(user(request))), [29, 30]],
  ['refuses what it cannot read', refusing((request) => isNamed(request) && !parses(user(request))), [32]],
  ['breaks down over what it cannot read', refusing((request) => isNamed(request) && !parses(user(request)), 500), [32]],
  [
    'compares the platform with that of the context',
    refusing((request) => platform(request) === 'cloudfoundry' && /"platform":"kubernetes"/.test(request.body)),
    [33],
  ],
  ['has room for 16 KB of headers', refusing((request) => encoded(request).length > 16_000, 431), [34]],
  ['wants padding', refusing((request) => encoded(request).length % 4 > 0), [32, 35]],
])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('OID', spoiling, rows);
});
