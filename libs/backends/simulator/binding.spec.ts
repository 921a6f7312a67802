import { createSimulator } from './simulator-backend.js';
import { fromRawJson, type BindingCall, type BindRequest } from '#sdk';
import { testCall } from '#sdk/testing';

const simulator = createSimulator({ permissionsOffering: true });
const call = (): BindingCall => ({ ...testCall(), bindingState: testCall().state });

let instances = 0;

/** Sends a bind to an instance of this plan; later binds are to the same one. */
async function binder(plan: string, serviceId: string): Promise<(bindingId: string, more?: Partial<BindRequest>) => Promise<unknown>> {
  const target = { instanceId: `i-${++instances}`, serviceId, planId: `simulator-${plan}` };
  await simulator.provision({ ...target, organizationGuid: 'o', spaceGuid: 's' }, call());
  return (bindingId, more = {}) => simulator.bind({ ...target, bindingId, ...more }, call());
}

describe('the offering with permissions', () => {
  const to = (resource: object) => ({ bindResource: fromRawJson(JSON.stringify(resource)) });

  test.each([
    ['app-only', {}, { code: 'RequiresApp' }],
    ['app-only', { route: 'r.example.com' }, { code: 'RequiresApp' }],
    ['route-service', { app_guid: 'a' }, { code: 'BadRequest' }],
    ['managed-routes', {}, { code: 'BadRequest' }],
  ])('has the plan %s, which is not bound to %j', async (plan, resource, error) => {
    const bind = await binder(plan, 'simulator-service-permissions');
    await expect(bind('b', to(resource))).rejects.toMatchObject(error);
  });

  test.each([
    ['app-only', { app_guid: 'a' }, {}],
    ['log-drain', {}, { syslogDrainUrl: expect.stringContaining('syslog') as unknown }],
    ['route-service', { route: 'r.example.com' }, { routeServiceUrl: expect.stringContaining('https:') as unknown }],
    ['managed-routes', { route: 'r.example.com' }, {}],
    ['volume', {}, { volumeMounts: [expect.objectContaining({ mode: 'rw' })] }],
  ])('has the plan %s, which is bound to %j', async (plan, resource, result) => {
    const bind = await binder(plan, 'simulator-service-permissions');
    expect(await bind('b', to(resource))).toEqual({ kind: 'done', result: { credentials: expect.anything() as unknown, ...result } });
  });
});

describe('a rotation', () => {
  test('gives a binding that expires when its own hour is over', async () => {
    const bind = await binder('rotatable', 'simulator-service');
    const expiring = { metadata: { expires_at: expect.stringMatching(/:\d\d\.\dZ$/) as unknown, renew_before: expect.any(String) as unknown } };
    expect(await bind('first')).toMatchObject({ result: expiring });
    expect(await bind('second', { predecessorBindingId: 'first' })).toMatchObject({ result: expiring });
  });

  test('that takes over the parameters of its predecessor goes its own way', async () => {
    const bind = await binder('rotatable', 'simulator-service');
    const parameters = fromRawJson('{"simulate":{"answer":{"syslogDrainUrl":"syslog://drain.example"}}}');
    expect(await bind('first', { parameters })).toHaveProperty('result.syslogDrainUrl');
    expect(await bind('second', { parameters, predecessorBindingId: 'first' })).not.toHaveProperty('result.syslogDrainUrl');
  });

  test.each([
    ['of a plan without it', 'sync', {}, 'BadRequest'],
    ['of what is still being made', 'rotatable', { async: { outcome: 'never' } }, 'ConcurrencyError'],
    ['of what has expired', 'rotatable', { answer: { metadata: { expires_at: '2020-12-31T23:59:59.0Z' } } }, 'BadRequest'],
  ])('%s is refused', async (_what, plan, simulate, code) => {
    const bind = await binder(plan, 'simulator-service');
    await bind('first', { parameters: fromRawJson(JSON.stringify({ simulate })) });
    await expect(bind('second', { predecessorBindingId: 'first' })).rejects.toMatchObject({ code });
  });
});
