import { reply } from '../../support/stub-broker.js';
import type { ProviderConfig } from './definitions.js';
import { ProviderOsb } from './provider-osb.js';
import { FETCHED, PLAN, Stubbed } from './stubbed.js';

/** What provider-osb needs before it does anything; the guide for Kubernetes tells of it. */
let stubbed: Stubbed | undefined;
afterEach(async () => {
  await stubbed?.stop();
  stubbed = undefined;
});

async function withConfig(config: ProviderConfig): Promise<Stubbed> {
  stubbed = await Stubbed.start({ config });
  return stubbed;
}

test.each(['2.11', '2.13', '2.18', undefined])('with osbVersion %s no GET is sent, and nothing is created', async (osbVersion) => {
  const { provider, story } = await withConfig({ disable_async: false, ...(osbVersion !== undefined && { osbVersion }) });
  expect(await provider.troubled(provider.applyInstance('orders', PLAN))).toContain('must have API version >= 2.14');
  expect(story).toEqual([]);
});

test.each(['2.14', '2.15', '2.16', '2.17'])('with osbVersion %s an instance is created, and the gateway is told that version', async (osbVersion) => {
  const running = await withConfig({ disable_async: false, osbVersion });
  const instance = running.apply();
  running.otherwise('GET', reply(200, FETCHED));
  expect(await running.provider.synced(instance)).toBe('Synced succeeded');
  expect(running.lastOf('PUT').headers).toMatchObject({ 'x-broker-api-version': osbVersion });
});

test('a ProviderConfig without disable_async is refused by Kubernetes', () => {
  const login = { url: 'http://127.0.0.1:1', username: 'posb', password: 'pass:word' };
  expect(() => new ProviderOsb({ ...login, config: { osbVersion: '2.17' } })).toThrow('disable_async: Required value');
});

test('disable_async changes nothing: a create still accepts to wait', async () => {
  const running = await withConfig({ osbVersion: '2.17', disable_async: true });
  const instance = running.apply();
  running.otherwise('GET', reply(200, FETCHED));
  await running.provider.synced(instance);
  expect(running.lastOf('PUT').url).toContain('accepts_incomplete=true');
});

test.each([
  ['planId', { plan_id: 'small' }, {}],
  ['instanceId', {}, { instanceId: 'orders' }],
  ['organizationGuid', {}, { organization_guid: 'shop' }],
  ['spaceGuid', {}, { space_guid: 'shop' }],
])('a ServiceInstance whose %s is no uuid is refused by Kubernetes', async (name, plan, ids) => {
  const { provider, story } = await withConfig({ osbVersion: '2.17', disable_async: false });
  expect(() => provider.applyInstance('orders', { ...PLAN, ...plan }, '{}', ids)).toThrow(`spec.forProvider.${name}: Invalid value`);
  expect(story).toEqual([]);
});
