import { BrokerError, type OperationKind, type ServiceBackend } from '#sdk';
import { testBindingCall, testCall } from '#sdk/testing';
import { binding, instance, osbAt, thrownBy } from './osb-fixture.js';
import { reply, StubBroker } from '../support/stub-broker.js';

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

describe('last operation', () => {
  const pollInstance = (kind: OperationKind) =>
    backend.lastInstanceOperation({ ...instance, kind, pollToken: 'op-1' }, testCall());
  const pollBinding = (kind: OperationKind) =>
    backend.lastBindingOperation({ ...binding, kind, pollToken: 'op-1' }, testBindingCall());
  const poll = (kind: OperationKind) => (kind === 'bind' || kind === 'unbind' ? pollBinding(kind) : pollInstance(kind));
  const kinds = ['provision', 'update', 'deprovision', 'bind', 'unbind'] as const;

  test.each(kinds)('of a %s: the three states', async (kind) => {
    stub.next(
      reply(200, { state: 'in progress', description: '40%' }, { 'retry-after': '9' }),
      reply(200, { state: 'succeeded' }),
      reply(200, { state: 'failed', description: 'no space', instance_usable: false, update_repeatable: false }),
    );
    expect(await poll(kind)).toEqual({ kind: 'in progress', description: '40%', retryAfterMs: 9_000 });
    expect(await poll(kind)).toEqual({ kind: 'succeeded' });
    expect(await poll(kind)).toEqual({
      kind: 'failed',
      description: 'no space',
      ...(kind === 'update' || kind === 'deprovision' ? { instanceUsable: false } : {}),
      ...(kind === 'update' ? { updateRepeatable: false } : {}),
    });
  });

  test.each(kinds.flatMap((kind) => [404, 410].map((status) => [kind, status] as const)))(
    'of a %s: HTTP %i says that there is no such operation',
    async (kind, status) => {
      stub.next(reply(status, {}));
      expect(await poll(kind)).toEqual({ kind: 'gone' });
    },
  );

  test.each(['provision', 'bind'] as const)('of a %s: a 404 of a router says nothing', async (kind) => {
    stub.next(reply(404, '<html>'));
    expect(await poll(kind)).toEqual({ kind: 'in progress' });
  });

  test.each(kinds.flatMap((kind) => [408, 429].map((status) => [kind, status] as const)))(
    'of a %s: HTTP %i only asks for patience',
    async (kind, status) => {
      stub.next(reply(status, '', { 'retry-after': '60' }));
      expect(await poll(kind)).toEqual({ kind: 'in progress', retryAfterMs: 60_000 });
    },
  );

  test.each([
    [400, {}],
    [401, {}],
    [403, {}],
    [409, {}],
    [412, {}],
    [422, { error: 'ConcurrencyError' }],
    [500, { description: 'x' }],
    [503, ''],
    [200, ''],
    [200, '[]'],
    [200, {}],
    [200, { state: 'done' }],
    [200, { state: null }],
    [200, { state: 'Succeeded' }],
    [202, { state: 'succeeded' }],
    [204, ''],
    [302, ''],
  ])('HTTP %i with %j tells nothing: asked again later', async (status, body) => {
    for (const kind of kinds) {
      stub.next(reply(status, body, { location: 'http://127.0.0.1/' }));
      const error = await thrownBy(poll(kind));
      expect(error).not.toBeInstanceOf(BrokerError);
      expect(error.message).not.toContain('127.0.0.1');
    }
  });

  test('the page of a router that lost its broker does not end a delete', async () => {
    stub.next(reply(404, '404 page not found'));
    expect(await thrownBy(poll('deprovision'))).not.toBeInstanceOf(BrokerError);
  });
});
