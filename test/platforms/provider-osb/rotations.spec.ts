import { reply, type Script } from '../../support/stub-broker.js';
import type { ServiceBinding } from './objects.js';
import { PLAN, Stubbed } from './stubbed.js';

let stubbed: Stubbed;
afterEach(() => stubbed.stop());

const ORDERS = { name: 'orders', instanceId: 'instance-1', plan: PLAN };
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const DUE = { renew_before: inHours(-1), expires_at: inHours(1) };

/** A binding there is, whose end is told like this. */
async function bound(metadata: object | undefined, rotates = true): Promise<ServiceBinding> {
  stubbed = await Stubbed.start({ rotates });
  stubbed.otherwise('GET', reply(200, { credentials: { user: 'old' }, ...(metadata && { metadata }) }));
  return stubbed.provider.applyBinding('orders-web', ORDERS);
}
const looks = (count: number): Promise<void> => stubbed.provider.until(() => stubbed.sent('GET').length >= count);

test.each<[string, object | undefined]>([
  ['of which no end is told', undefined],
  ['of which only the end is told', { expires_at: inHours(1) }],
  ['whose time has not come', { renew_before: inHours(1), expires_at: inHours(2) }],
  ['whose time has not come, and that has no end', { renew_before: inHours(1) }],
])('a binding %s is not rotated', async (_what, metadata) => {
  const binding = await bound(metadata);
  expect(await stubbed.provider.synced(binding)).toBe('Synced');
  await looks(4);
  expect(stubbed.sent('PUT')).toEqual([]);
});

test.each([
  ['in time', DUE],
  ['that has expired', { renew_before: inHours(-2), expires_at: inHours(-1) }],
])('a binding %s is rotated, and its Secret has the credentials of the answer', async (_what, metadata) => {
  const binding = await bound(metadata);
  stubbed.otherwise('PUT', reply(201, { credentials: { user: 'new' } }));
  await stubbed.provider.until(() => stubbed.provider.credentials(binding)['user'] === 'new');
  expect(binding.externalName).toBe('orders-web');
});

test('a binding is rotated again each minute, as the name of its successor is lost', async () => {
  await bound(DUE);
  await stubbed.provider.until(() => stubbed.sent('PUT').length > 3);
  expect(new Set(stubbed.sent('PUT')).size).toBe(stubbed.sent('PUT').length);
  expect(new Set(stubbed.broker.requests.filter(({ method }) => method === 'PUT').map(({ body }) => body))).toEqual(new Set(['{"predecessor_binding_id":"orders-web"}']));
});

test('a binding is left to expire where rotation is not switched on', async () => {
  const binding = await bound(DUE, false);
  expect(await stubbed.provider.synced(binding)).toBe('Synced');
  expect(stubbed.sent('PUT')).toEqual([]);
});

test('a rotation that is accepted is polled as an operation of the predecessor', async () => {
  await bound(DUE);
  stubbed.next('PUT', reply(202, { operation: 'r' }));
  await stubbed.provider.until(() => stubbed.story.includes('poll 200'));
  expect(stubbed.sent('GET').find((url) => url.includes('last_operation'))).toContain('/orders-web/last_operation?operation=r&');
});

// Why the gateway does not answer that poll: there would be no end of successors, and no app would have any of them.
test('a rotation that is accepted and seen to end well is followed by the next one, and its credentials reach no Secret', async () => {
  const binding = await bound(DUE);
  stubbed.otherwise('PUT', reply(202, { operation: 'r' }));
  stubbed.otherwise('GET', reply(200, { credentials: { user: 'old' }, metadata: DUE, state: 'succeeded' }));
  await stubbed.provider.until(() => stubbed.sent('PUT').length > 3);
  expect(new Set(stubbed.sent('PUT')).size).toBe(stubbed.sent('PUT').length);
  expect([binding.externalName, stubbed.provider.credentials(binding)]).toEqual(['orders-web', {}]);
});

test.each<[string, Script]>([
  ['400', reply(400)],
  ['500', reply(500)],
  ['201 without a body', reply(201, '')],
])('a rotation is tried again, as another one, after %s', async (_answer, script) => {
  const binding = await bound(DUE);
  stubbed.next('PUT', script).otherwise('PUT', reply(201, { credentials: { user: 'new' } }));
  expect(await stubbed.provider.troubled(binding)).not.toBe('');
  await stubbed.provider.until(() => stubbed.provider.credentials(binding)['user'] === 'new');
});

test.each([
  ['a time with an offset', { renew_before: '2026-01-01T00:00:00+00:00', expires_at: inHours(1) }, 'renewBefore'],
  ['a day', { renew_before: '2026-01-01', expires_at: inHours(1) }, 'renewBefore'],
  ['no end when its time has come', { renew_before: inHours(-1) }, 'expiresAt'],
])('a binding is in trouble with %s', async (_what, metadata, field) => {
  const binding = await bound(metadata);
  expect(await stubbed.provider.troubled(binding)).toBe(`cannot parse ISO8601 time: ${field}`);
});

test('a user who gives the binding the id of its successor has a binding that is not due', async () => {
  const binding = await bound(DUE);
  await stubbed.provider.until(() => stubbed.sent('PUT').length > 0);
  const successor = /service_bindings\/([-0-9a-f]+)/.exec(stubbed.sent('PUT')[0] ?? '')?.[1] ?? '';
  stubbed.otherwise('GET', reply(200, { credentials: { user: 'new' }, metadata: { expires_at: inHours(9) } }));
  stubbed.provider.rename(binding, successor);
  expect(await stubbed.provider.synced(binding)).toBe('Synced');
  expect(stubbed.sent('GET').at(-1)).toContain(`/service_bindings/${successor}?`);
});
