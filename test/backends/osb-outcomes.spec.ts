import type { ServiceBackend } from '#sdk';
import { catalogWith, osbAt, refusalOf, type VerbName, verbs } from './osb-fixture.js';
import { reply, StubBroker } from '../support/stub-broker.js';

const ALL: readonly VerbName[] = [
  'provision',
  'bind',
  'update',
  'deprovision',
  'unbind',
  'fetchInstance',
  'fetchBinding',
];
const CREATES: readonly VerbName[] = ['provision', 'bind'];
const DELETES: readonly VerbName[] = ['deprovision', 'unbind'];
const FETCHES: readonly VerbName[] = ['fetchInstance', 'fetchBinding'];
const MUTATIONS: readonly VerbName[] = ['provision', 'bind', 'update', 'deprovision', 'unbind'];

const NOT_EXECUTED = { code: 'BackendFailed', status: 502, mayHaveActed: false };
const FAILED = { code: 'BackendFailed', status: 502, mayHaveActed: true };

let stub: StubBroker;
let backend: ServiceBackend;
let log: ReturnType<typeof osbAt>['log'];
const opened: ServiceBackend[] = [];

async function backendWith(settings: Record<string, unknown> = {}): Promise<ServiceBackend> {
  ({ backend, log } = osbAt(stub.url, settings));
  opened.push(backend);
  stub.next(reply(200, catalogWith()));
  await backend.catalog({ signal: AbortSignal.timeout(60_000) });
  return backend;
}

beforeAll(async () => {
  stub = await StubBroker.start();
});
beforeEach(() => backendWith());
afterAll(async () => {
  for (const each of opened) await each.close?.();
  await stub.stop();
});

const on = <T extends readonly unknown[]>(verbNames: readonly VerbName[], ...rest: T): [VerbName, ...T][] =>
  verbNames.map((verb) => [verb, ...rest]);

describe('what the broker answers is what the gateway hears', () => {
  test.each([
    ...on(MUTATIONS, 200, {}, { kind: 'done' }),
    ...on(MUTATIONS, 201, {}, { kind: 'done' }),
    ...on(MUTATIONS, 202, {}, { kind: 'accepted' }),
    ...on(FETCHES, 200, {}, {}),
  ])('%s: a good %i', async (verb, status, body, outcome) => {
    stub.next(reply(status, body));
    expect(await verbs[verb](backend)).toMatchObject(outcome);
  });

  test.each([
    ...on(['provision', 'bind', 'update', 'deprovision', 'unbind'], 400, { code: 'BadRequest', mayHaveActed: false }),
    ...on(FETCHES, 400, NOT_EXECUTED),
    ...[401, 403, 405, 412].flatMap((status) => on(ALL, status, NOT_EXECUTED)),
    ...on(CREATES, 404, NOT_EXECUTED),
    ...on(['update'], 404, { code: 'NotFound' }),
    ...on(DELETES, 404, NOT_EXECUTED),
    ...on(FETCHES, 404, { code: 'NotFound' }),
    ...on(['provision', 'bind', 'update'], 409, { code: 'Conflict', mayHaveActed: false }),
    ...on([...DELETES, ...FETCHES], 409, NOT_EXECUTED),
    ...on(CREATES, 410, NOT_EXECUTED),
    ...on(['update', ...FETCHES], 410, { code: 'NotFound' }),
    ...on(DELETES, 410, { code: 'Gone' }),
    ...on(CREATES, 422, { code: 'BadRequest', status: 400 }),
    ...on(['update'], 422, { code: 'UpdateNotSupported', status: 422 }),
    ...on(DELETES, 422, { status: 422, mayHaveActed: false }),
    ...on(FETCHES, 422, NOT_EXECUTED),
    ...[408, 429].flatMap((status) => on(ALL, status, { code: 'Unavailable', mayHaveActed: false })),
    ...[402, 411, 418, 451, 499].flatMap((status) => on(ALL, status, NOT_EXECUTED)),
    ...[500, 501, 502, 503, 504, 599].flatMap((status) => on(ALL, status, FAILED)),
    ...[203, 204, 206, 300, 301, 302, 303, 304, 307, 308].flatMap((status) => on(ALL, status, FAILED)),
  ])('%s: HTTP %i without a word of explanation', async (verb, status, expected) => {
    stub.next(reply(status, '', { location: 'http://169.254.169.254/' }));
    const error = await refusalOf(verbs[verb](backend));
    expect(error).toMatchObject(expected);
    expect(error.description).toMatch(/\w/);
  });

  test.each([
    ...on(['provision', 'bind', 'update', 'deprovision', 'unbind'], 400, { code: 'BadRequest' }),
    ...on(['provision', 'bind', 'update'], 409, { code: 'Conflict' }),
    ...on(CREATES, 422, { code: 'BadRequest' }),
    ...on(['update'], 422, { code: 'UpdateNotSupported' }),
    ...on(DELETES, 422, { status: 422, word: 'AcmeQuota' }),
    ...on(MUTATIONS, 402, { code: 'BadRequest' }),
    ...on(ALL, 429, { code: 'Unavailable' }),
    ...on(ALL, 500, FAILED),
    ...on(ALL, 503, FAILED),
  ])("%s: HTTP %i in the broker's own words", async (verb, status, expected) => {
    stub.next(reply(status, { error: 'AcmeQuota', description: 'the quota is used up' }));
    const error = await refusalOf(verbs[verb](backend));
    expect(error).toMatchObject({ word: 'AcmeQuota', description: 'the quota is used up', ...expected });
  });

  test.each([
    ...on(ALL, 403),
    ...on(CREATES, 404),
    ...on([...DELETES, ...FETCHES], 409),
  ])("%s: what the broker says with HTTP %i reaches the user, and the class of the error stays", async (verb, status) => {
    stub.next(reply(status, { error: 'AcmeDenied', description: 'org shop may not use this service' }));
    const error = await refusalOf(verbs[verb](backend));
    expect(error).toMatchObject({ ...NOT_EXECUTED, word: 'AcmeDenied', description: 'org shop may not use this service' });
  });

  test.each([...[401, 405, 412].flatMap((status) => on(ALL, status)), ...on(CREATES, 410)])(
    '%s: what the broker says with HTTP %i is about the gateway and stays here',
    async (verb, status) => {
      stub.next(reply(status, { error: 'Secret', description: 'user gateway is locked' }));
      const error = await refusalOf(verbs[verb](backend));
      expect(error).toMatchObject({ ...NOT_EXECUTED, word: 'BackendFailed' });
      expect(error.description).not.toContain('locked');
      expect(log).toContainEqual({
        level: 'warn',
        message: 'the broker did not take a request',
        fields: expect.objectContaining({ status, said: 'user gateway is locked' }),
      });
    },
  );

  test.each(
    ['AsyncRequired', 'ConcurrencyError', 'MaintenanceInfoConflict', 'RequiresApp'].flatMap((code) =>
      on(MUTATIONS, code),
    ),
  )('%s: 422 %s is passed on', async (verb, code) => {
    stub.next(reply(422, { error: code, description: 'see the docs' }));
    expect(await refusalOf(verbs[verb](backend))).toMatchObject({
      code,
      status: 422,
      word: code,
      description: 'see the docs',
    });
  });

  test.each(on(FETCHES))('%s: of the 422 codes only ConcurrencyError is', async (verb) => {
    stub.next(reply(422, { error: 'ConcurrencyError' }), reply(422, { error: 'RequiresApp' }));
    expect(await refusalOf(verbs[verb](backend))).toMatchObject({ code: 'ConcurrencyError' });
    expect(await refusalOf(verbs[verb](backend))).toMatchObject(NOT_EXECUTED);
  });
});

describe('an answer that breaks the protocol may have left something behind', () => {
  const malformed: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['an array', '[]'],
    ['null', 'null'],
    ['a text', '"ok"'],
    ['HTML', '<html></html>'],
    ['half of an object', '{"a":'],
    ['an object with __proto__', '{"__proto__":{"a":1}}'],
    ['U+0000', '{"a":"\\u0000"}'],
  ];
  test.each([200, 201, 202].flatMap((status) => malformed.map(([what, body]) => [status, what, body] as const)))(
    'HTTP %i with %s',
    async (status, _what, body) => {
      for (const verb of MUTATIONS) {
        stub.next(reply(status, body));
        expect(await refusalOf(verbs[verb](backend))).toMatchObject(FAILED);
      }
    },
  );

  test('bytes that are no UTF-8', async () => {
    stub.next(reply(200, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])));
    expect(await refusalOf(verbs.provision(backend))).toMatchObject(FAILED);
  });

  test.each([
    ['provision', { dashboard_url: 5 }, 'dashboard_url'],
    ['provision', { dashboard_url: ['https://d'] }, 'dashboard_url'],
    ['provision', { metadata: 'x' }, 'metadata'],
    ['provision', { metadata: { labels: [] } }, 'metadata.labels'],
    ['update', { dashboard_url: {} }, 'dashboard_url'],
    ['bind', { credentials: 'user:pass' }, 'credentials'],
    ['bind', { credentials: [] }, 'credentials'],
    ['bind', { syslog_drain_url: 1 }, 'syslog_drain_url'],
    ['bind', { route_service_url: {} }, 'route_service_url'],
    ['bind', { volume_mounts: {} }, 'volume_mounts'],
    ['bind', { volume_mounts: ['x'] }, 'volume_mounts'],
    ['bind', { endpoints: 'x' }, 'endpoints'],
    ['bind', { metadata: { expires_at: 5 } }, 'metadata.expires_at'],
    ['fetchInstance', { parameters: [] }, 'parameters'],
    ['fetchInstance', { maintenance_info: {} }, 'maintenance_info.version'],
    ['fetchInstance', { plan_id: 1 }, 'plan_id'],
    ['fetchBinding', { parameters: 'x' }, 'parameters'],
    ['fetchBinding', { credentials: 1 }, 'credentials'],
  ] as const)('%s with %j; the operator hears where', async (verb, body, member) => {
    stub.next(reply(200, body));
    const error = await refusalOf(verbs[verb](backend));
    expect(error).toMatchObject(FAILED);
    expect(error.description).not.toContain(member);
    expect(log.at(-1)?.fields).toMatchObject({ problem: expect.stringContaining(`whose ${member} is wrong`) });
  });

  test.each([
    ['a number of 60,002 digits', `{"credentials":{"port":1${'0'.repeat(60_000)}1}}`],
    ['an exponent of 900,000 digits', `{"credentials":{"port":1e${'9'.repeat(900_000)}}}`],
    ['more than 20,000 values', `{"credentials":{"hosts":[${'0,'.repeat(20_000)}0]}}`],
  ])('%s', async (_what, body) => {
    stub.next(reply(201, body));
    expect(await refusalOf(verbs.bind(backend))).toMatchObject(FAILED);
    expect(log.at(-1)?.fields).toMatchObject({ problem: expect.stringContaining('cannot be used: ') });
  });

  test('null where the spec has an optional member is no fault', async () => {
    const nothing = { dashboard_url: null, metadata: { labels: null, attributes: null }, operation: null };
    stub.next(reply(201, nothing), reply(202, nothing), reply(201, { metadata: null }));
    expect(await verbs.provision(backend)).toEqual({ kind: 'done', result: { metadata: {} } });
    expect(await verbs.provision(backend)).toEqual({ kind: 'accepted', result: { metadata: {} } });
    expect(await verbs.provision(backend)).toEqual({ kind: 'done', result: {} });
    const empty = { credentials: null, syslog_drain_url: null, volume_mounts: null, endpoints: null, metadata: null };
    stub.next(reply(201, empty));
    expect(await verbs.bind(backend)).toEqual({ kind: 'done', result: {} });
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user:pw@d/',
    'https://d/\n',
    '/relative',
    `https://d/${'x'.repeat(2048)}`,
  ])('a dashboard_url like %j is left out, but the instance is there', async (dashboardUrl) => {
    stub.next(reply(201, { dashboard_url: dashboardUrl }));
    expect(await verbs.provision(backend)).toEqual({ kind: 'done', result: {} });
    expect(log.at(-1)?.message).toContain('dashboard_url');
  });
});

describe('404 on a delete', () => {
  test.each(on(DELETES))('%s: means gone where the operator says so', async (verb) => {
    await backendWith({ notFoundIsGone: true });
    stub.next(reply(404, {}), reply(404, ''));
    expect(await refusalOf(verbs[verb](backend))).toMatchObject({ code: 'Gone' });
    expect(await refusalOf(verbs[verb](backend))).toMatchObject({ code: 'Gone' });
  });

  test.each(on(DELETES))('%s: the page of a router that lost its broker does not mean gone', async (verb) => {
    await backendWith({ notFoundIsGone: true });
    stub.next(reply(404, '404 page not found'));
    expect(await refusalOf(verbs[verb](backend))).toMatchObject(NOT_EXECUTED);
  });

  test.each(on(['update', ...FETCHES]))('%s: nor does it mean that the instance does not exist', async (verb) => {
    stub.next(reply(404, '<html>no such route</html>'));
    expect(await refusalOf(verbs[verb](backend))).toMatchObject(NOT_EXECUTED);
  });

  test.each(on(DELETES))('%s: a 404 of the broker itself is told as such, in its own words', async (verb) => {
    stub.next(reply(404, { error: 'AcmeUnknown', description: 'there is no such thing' }));
    expect(await refusalOf(verbs[verb](backend))).toMatchObject({ code: 'NotFound', word: 'AcmeUnknown', description: 'there is no such thing' });
  });

  test.each(on(DELETES))('%s: one without a JSON object, or marked by a router, says nothing about the resource', async (verb) => {
    await backendWith({ notFoundIsGone: true });
    stub.next(reply(404, {}, { 'X-Cf-RouterError': 'unknown_route' }));
    expect(await refusalOf(verbs[verb](backend))).toMatchObject(NOT_EXECUTED);
    await backendWith();
    stub.next(reply(404, ''));
    expect(await refusalOf(verbs[verb](backend))).toMatchObject(NOT_EXECUTED);
  });
});

describe('details of a refusal', () => {
  test.each([
    ['update', { instanceUsable: false, updateRepeatable: false }],
    ['deprovision', { instanceUsable: false }],
    ['provision', {}],
    ['bind', {}],
    ['unbind', {}],
    ['fetchInstance', {}],
  ] as const)('%s keeps only the flags the spec knows there', async (verb, flags) => {
    stub.next(reply(500, { description: 'x', instance_usable: false, update_repeatable: false }));
    expect((await refusalOf(verbs[verb](backend))).details).toEqual(flags);
  });

  test('flags of another type are dropped', async () => {
    stub.next(reply(400, { description: 'x', instance_usable: 'no', update_repeatable: 0 }));
    expect((await refusalOf(verbs.update(backend))).details).toEqual({});
  });

  test.each([
    ['AcmeQuota', 'AcmeQuota'],
    ['acme.quota-2', 'acme.quota-2'],
    ['two words', 'BadRequest'],
    ['', 'BadRequest'],
    ['x'.repeat(129), 'BadRequest'],
    [7, 'BadRequest'],
    [null, 'BadRequest'],
  ])('the error code %j goes out as %s', async (error, word) => {
    stub.next(reply(400, { error, description: 'x' }));
    expect((await refusalOf(verbs.provision(backend))).word).toBe(word);
  });

  test.each([
    ['7', 7],
    [new Date(Date.now() + 3_600_000).toUTCString(), expect.closeTo(3_600, -2)],
    ['soon', undefined],
    ['-1', undefined],
  ])('Retry-After %s', async (header, seconds) => {
    stub.next(reply(429, {}, { 'retry-after': header }));
    expect((await refusalOf(verbs.provision(backend))).details.retryAfterSeconds).toEqual(seconds);
  });

  test.each([
    [
      'an address of the broker',
      () => `GET ${stub.url}/v2/x: 127.0.0.1:${stub.port} refused`,
      'GET (backend) (backend) refused',
    ],
    [
      'a page',
      () => '<html><h1>node7.internal</h1></html>',
      'the backend failed (HTTP 500); try again, or ask its operator',
    ],
    ['line breaks', () => 'first\r\nsecond', 'first second'],
  ])('%s does not reach the platform', async (_what, words, description) => {
    stub.next(reply(500, { description: words() }));
    expect((await refusalOf(verbs.provision(backend))).description).toBe(description);
  });

  test('a description is cut at 8 KiB', async () => {
    stub.next(reply(400, { description: 'ä'.repeat(10_000) }));
    expect(Buffer.byteLength((await refusalOf(verbs.provision(backend))).description)).toBe(8192);
  });

  test('a page instead of JSON is not shown at all', async () => {
    stub.next(reply(502, '<html>upstream node7.internal</html>', { 'content-type': 'text/html' }));
    expect((await refusalOf(verbs.provision(backend))).description).not.toContain('node7');
  });
});

describe('an accepted operation', () => {
  const longest = 'ö'.repeat(10_000);

  test.each([
    ['a word', 'op-1', 'op-1'],
    ['anything but a word', 'a+b&c=d/%?# é', 'a+b&c=d/%?# é'],
    ['10,000 characters', longest, longest],
    ['null', null, undefined],
    ['the empty text', '', undefined],
    ['a number', 5, undefined],
    ['10,001 characters', `${longest}x`, undefined],
  ])('is polled with the operation it was given: %s', async (_what, operation, pollToken) => {
    for (const verb of MUTATIONS) {
      stub.next(reply(202, { operation }, { 'retry-after': '3' }));
      const expected = { kind: 'accepted', retryAfterMs: 3_000, ...(pollToken === undefined ? {} : { pollToken }) };
      expect(await verbs[verb](backend)).toMatchObject(expected);
    }
  });

  test('may tell the dashboard already', async () => {
    stub.next(reply(202, { dashboard_url: 'https://dash.example.com/i-1?a=b' }));
    expect(await verbs.provision(backend)).toEqual({
      kind: 'accepted',
      result: { dashboardUrl: 'https://dash.example.com/i-1?a=b' },
    });
  });
});
