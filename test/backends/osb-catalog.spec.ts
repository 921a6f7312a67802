import type { ServiceBackend } from '#sdk';
import { testBindingCall, testCall } from '#sdk/testing';
import { binding, catalogWith, instance, osbAt, refusalOf, thrownBy, verbs } from './osb-fixture.js';
import { hangUp, reply, StubBroker } from '../support/stub-broker.js';

let stub: StubBroker;
let backend: ServiceBackend;

beforeAll(async () => {
  stub = await StubBroker.start();
});
beforeEach(() => {
  ({ backend } = osbAt(stub.url));
});
afterEach(() => backend.close?.());
afterAll(() => stub.stop());

const read = () => backend.catalog({ signal: AbortSignal.timeout(60_000) });

describe('the catalog of a broker', () => {
  test('is handed on as it is, vendor members included', async () => {
    const catalog = { services: [{ id: 's', plans: [], 'x-vendor': { a: [1] } }], 'x-more': true };
    stub.next(reply(200, catalog));
    expect(await read()).toEqual(catalog);
    expect(stub.last).toMatchObject({ method: 'GET', url: '/v2/catalog' });
  });

  test('is not sent again when it did not change', async () => {
    stub.next(
      reply(200, catalogWith(), { etag: '"v1"' }),
      reply(304, ''),
      reply(200, { services: [] }, { etag: 'W/"v2"' }),
    );
    const first = await read();
    expect(stub.last.headers['if-none-match']).toBeUndefined();
    expect(await read()).toBe(first);
    expect(stub.last.headers['if-none-match']).toBe('"v1"');
    expect(await read()).toEqual({ services: [] });
    stub.next(reply(304, ''));
    await read();
    expect(stub.last.headers['if-none-match']).toBe('W/"v2"');
  });

  test('is read in full now and then, in case the ETag lies', async () => {
    stub.next(reply(200, catalogWith(), { etag: '"same"' }), ...Array.from({ length: 20 }, () => reply(304, '')));
    for (let reads = 0; reads < 21; reads += 1) await read();
    expect(stub.last.headers['if-none-match']).toBe('"same"');
    stub.next(reply(200, { services: [] }, { etag: '"same"' }));
    expect(await read()).toEqual({ services: [] });
    expect(stub.last.headers['if-none-match']).toBeUndefined();
  });

  test('a failed read keeps the last ETag', async () => {
    stub.next(reply(200, catalogWith(), { etag: '"v1"' }), reply(500), reply(304, ''));
    const first = await read();
    await thrownBy(read());
    expect(await read()).toBe(first);
  });

  test.each([
    ['wrong credentials', reply(401, ''), 'refuses the credentials (HTTP 401)'],
    ['a wrong path', reply(404, 'no'), 'knows no /v2/catalog; check the path of the url (HTTP 404)'],
    [
      'a wrong API version',
      reply(412, { description: 'at most 2.14' }),
      'refuses the catalog request; check apiVersion (HTTP 412); it says: at most 2.14',
    ],
    ['a redirect', reply(302, '', { location: 'http://x/' }), 'redirects, and redirects are not followed'],
    ['a failure', reply(500, { description: 'disk full' }), 'does not give its catalog (HTTP 500); it says: disk full'],
    ['a 304 nobody asked for', reply(304, ''), 'redirects'],
    ['no content', reply(204, ''), 'does not give its catalog (HTTP 204)'],
    [
      'HTML',
      reply(200, '<html>'),
      'gave no catalog but HTTP 200 whose body cannot be used: the body is not valid JSON',
    ],
    ['an empty body', reply(200, ''), 'gave no catalog but HTTP 200 whose body is empty'],
    ['a list', reply(200, '[]'), 'whose body cannot be used: the body must be a JSON object'],
    ['a connection that ends', hangUp(), 'broke off after the request was sent'],
  ])('that fails with %s tells the operator which broker and why', async (_what, script, message) => {
    stub.next(script);
    const error = await thrownBy(read());
    expect(error.message).toContain(`127.0.0.1:${stub.port}`);
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/gateway|pässwörd|Basic/);
  });

  test('larger than allowed is refused', async () => {
    const small = osbAt(stub.url, { maxAnswerBytes: 2048 }).backend;
    stub.next(reply(200, { services: ['x'.repeat(2048)] }));
    const error = await thrownBy(small.catalog({ signal: AbortSignal.timeout(60_000) }));
    expect(error.message).toContain('is larger than the limit (maxAnswerBytes)');
    await small.close?.();
  });
});

describe('what may be fetched is told by the catalog', () => {
  test('an offering that does not offer it is refused without a word about existence', async () => {
    stub.next(reply(200, catalogWith({ instances_retrievable: false, bindings_retrievable: undefined })));
    await read();
    const before = stub.requests.length;
    expect(await refusalOf(verbs.fetchInstance(backend))).toMatchObject({ code: 'MethodNotAllowed' });
    expect(await refusalOf(verbs.fetchBinding(backend))).toMatchObject({ code: 'MethodNotAllowed' });
    expect(stub.requests).toHaveLength(before);
  });

  test('a catalog that was not read yet is read before the first fetch, once', async () => {
    stub.next(reply(200, catalogWith()), reply(200, { plan_id: 'p-2' }), reply(200, {}));
    expect(await backend.fetchInstance(instance, testCall())).toEqual({ planId: 'p-2' });
    await backend.fetchBinding(binding, testBindingCall());
    expect(stub.requests.slice(-3).map(({ url }) => url.replace(/\?.*/, ''))).toEqual([
      '/v2/catalog',
      '/v2/service_instances/i-1',
      '/v2/service_instances/i-1/service_bindings/b-1',
    ]);
  });

  test('without a catalog nothing is fetched, and nothing said about existence', async () => {
    stub.next(reply(404, {}));
    const error = await refusalOf(verbs.fetchInstance(backend));
    expect(error).toMatchObject({ code: 'Unavailable' });
    expect(error.description).not.toContain('127.0.0.1');
  });

  test('an offering the broker took out of its catalog is fetched all the same', async () => {
    stub.next(reply(200, { services: [null, { id: 5 }, { id: 'other' }] }), reply(200, {}));
    expect(await verbs.fetchInstance(backend)).toEqual({});
  });
});

describe('a bind that takes its time', () => {
  test('may be accepted where bindings can be fetched, or where nothing is known yet', async () => {
    stub.next(reply(202, { operation: 'b' }));
    expect(await verbs.bind(backend)).toEqual({ kind: 'accepted', pollToken: 'b' });
    stub.next(reply(200, catalogWith()), reply(202));
    await read();
    expect(await verbs.bind(backend)).toEqual({ kind: 'accepted' });
    expect(stub.last.url).toContain('accepts_incomplete=true');
  });

  test('is not asked for where its credentials could never be fetched', async () => {
    stub.next(reply(200, catalogWith({ bindings_retrievable: false })), reply(201, { credentials: { a: 1 } }));
    await read();
    expect(await verbs.bind(backend)).toMatchObject({ kind: 'done', result: { credentials: { raw: '{"a":1}' } } });
    expect(stub.last.url).toBe('/v2/service_instances/i-1/service_bindings/b-1');
  });

  test('and is cleaned up when the broker accepts it there without being asked', async () => {
    stub.next(reply(200, catalogWith({ bindings_retrievable: false })), reply(202));
    await read();
    expect(await refusalOf(verbs.bind(backend))).toMatchObject({ code: 'BackendFailed', mayHaveActed: true });
  });
});
