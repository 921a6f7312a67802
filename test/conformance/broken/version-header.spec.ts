import { expectBroken } from '../fixtures/expect-broken.js';
import type { SpoiltRequest } from '../fixtures/spoilt-broker.js';

const NAME = 'x-broker-api-version';

/** The request with this version instead of those meant. */
const instead = (wrong: (version: string | undefined) => boolean, version: string) => (request: SpoiltRequest) =>
  wrong(request.headers[NAME]) ? { ...request, headers: { ...request.headers, [NAME]: version } } : request;

test.each([
  ['takes any version for its own', () => true, '2.17', [3, 4, 6, 7, 9, 11, 12, 13]],
  ['does not ask for the header', (version?: string) => version === undefined, '2.17', [4, 5, 12]],
  ['takes an empty header for 2.17', (version?: string) => version?.trim() === '', '2.17', [5]],
  ['takes nonsense for 2.17', (version?: string) => /[a-z]/.test(version ?? ''), '2.17', [6]],
  ['does not know 2.14', (version?: string) => version === '2.14', '2.10', [2]],
  ['does not take newer minor versions', (version?: string) => version === '2.99', '3.0', [8]],
  ['compares versions as texts', (version?: string) => version === '2.9', '2.17', [9]],
] as const)('a broker that %s', async (_what, wrong, version, rows) => {
  await expectBroken('HDR', { request: instead(wrong, version) }, rows);
});

test('a broker that gives reasons in HTML', async () => {
  await expectBroken('HDR', { answer: (answer) => (answer.status < 400 ? answer : { ...answer, body: '<html>' }) }, [3, 4, 6, 7, 9, 11]);
});

test('a broker that does not check the version of reads', async () => {
  const reading = ({ method }: SpoiltRequest): boolean => method === 'GET';
  await expectBroken(
    'HDR',
    { request: (request) => (reading(request) ? instead(() => true, '2.17')(request) : request) },
    [3, 4, 6, 7, 9, 11, 13],
  );
});
