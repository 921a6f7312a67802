import { demoBackend } from '#backends/demo';
import { createSimulator, startBroker, type Simulator } from '#backends/simulator';
import type { ServiceBackend } from '#sdk';
import { testEnvironment } from '#sdk/testing';
import { BINDING, INSTANCE, provisionBody, startSimulatedBroker } from './simulator-client.js';

describe('the broker over another backend', () => {
  test('serves it, with its state kept', async () => {
    const demo = await startBroker({ backend: demoBackend.create({}, testEnvironment()) });
    const headers = { 'x-broker-api-version': '2.17' };
    const ids = {
      service_id: 'b98aea8a-9961-44bc-b68e-627b5d495a94',
      plan_id: 'dcb86c66-274e-44c0-941d-d78cacd12ccc',
    };
    const put = async (path: string, more = {}): Promise<[number, unknown]> => {
      const body = JSON.stringify({ ...ids, ...more });
      const response = await fetch(demo.url + path, { method: 'PUT', headers, body });
      return [response.status, await response.json()];
    };
    const owner = { organization_guid: 'o', space_guid: 's' };
    expect(await put(INSTANCE, owner)).toEqual([201, { dashboard_url: 'http://example.com' }]);
    const [status, bound] = await put(BINDING);
    expect(status).toBe(201);
    expect(await put(BINDING)).toEqual([200, bound]);
    const remove = { method: 'DELETE', headers };
    const deleteQuery = `?${new URLSearchParams(ids).toString()}`;
    expect((await fetch(demo.url + BINDING + deleteQuery, remove)).status).toBe(200);
    expect((await fetch(demo.url + INSTANCE + deleteQuery, remove)).status).toBe(200);
    expect((await fetch(demo.url + INSTANCE + deleteQuery, remove)).status).toBe(410);
    await demo.close();
  });

  test('waits for the end where it accepts what its caller wants at once', async () => {
    const simulator = createSimulator({ asyncDurationMs: 20 });
    const backend: ServiceBackend = {
      ...unable(simulator),
      provision: (request, { operationId, ...more }) =>
        simulator.provision(request, { ...more, operationId: operationId ?? '', acceptsIncomplete: true }),
    };
    const waiting = await startSimulatedBroker({ backend });
    expect(await waiting.call('PUT', INSTANCE, provisionBody('async'))).toMatchObject({
      status: 201,
      json: { dashboard_url: expect.any(String) },
    });
    const other = '/v2/service_instances/i-2';
    expect(await waiting.call('PUT', other, provisionBody('failing'))).toMatchObject({
      status: 500,
      json: { description: 'The simulated quota is used up.' },
    });
    await waiting.close();
  });
});

/** A backend of which only the catalog and the polls work. */
function unable(simulator: Simulator): ServiceBackend {
  const refuse = (): Promise<never> => Promise.reject(new Error('not part of this test'));
  return {
    capabilities: {},
    catalog: (request) => simulator.catalog(request),
    provision: refuse,
    update: refuse,
    deprovision: refuse,
    fetchInstance: refuse,
    lastInstanceOperation: (request, given) => simulator.lastInstanceOperation(request, given),
    bind: refuse,
    unbind: refuse,
    fetchBinding: refuse,
    lastBindingOperation: refuse,
  };
}
