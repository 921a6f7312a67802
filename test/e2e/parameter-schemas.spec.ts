import { TestGateway } from '../support/gateway.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { startRemote, type RemoteSimulator } from '../support/remote-simulator.js';

const HOSTILE = '^(([a-z])+.)+[A-Z]([a-z])+$';

let gateway: TestGateway;
let osb: OsbClient;
let remote: RemoteSimulator;

beforeAll(async () => {
  const parameters = {
    $schema: 'http://json-schema.org/draft-04/schema#',
    type: 'object',
    properties: { name: { type: 'string', pattern: HOSTILE } },
  };
  const plan = { id: 'hostile-sync', name: 'hostile', description: 'x', schemas: { service_instance: { create: { parameters } } } };
  const service = { id: 'hostile-service', name: 'hostile', description: 'x', bindable: true, plans: [plan] };
  remote = await startRemote({ serviceName: 'remote' });
  gateway = await TestGateway.start();
  osb = gateway.osb();
  await gateway.register('remote', 'osb', remote.settings);
  await gateway.register('hostile', 'simulator', { serviceName: 'hostile', catalog: { answer: { services: [service] } } });
});
afterAll(async () => {
  await gateway.stop();
  await remote.broker.close();
});

/** Changes the remote broker was asked for; it is always asked for its catalog. */
const asked = (): number => remote.broker.requests.filter(({ method }) => method !== 'GET').length;

describe.each(['with-schema', 'with-schema-2020'])('parameters against the schema of plan %s', (planName) => {
  let plan: PlanIds;
  let before: number;

  beforeAll(async () => {
    plan = await gateway.plan('remote', planName);
    expect((await osb.provision(planName, plan, { parameters: { size: 64 } })).status).toBe(201);
    before = asked();
  });

  test.each([
    ['too large', { size: 65 }, '/size'],
    ['of another type', { size: 'big' }, '/size'],
    ['unknown', { colour: 'red' }, 'colour'],
  ])('are refused on every verb before the broker is asked when one is %s', async (_what, parameters, named) => {
    const answers = [
      await osb.provision(`${planName}-new`, plan, { parameters }),
      await osb.update(planName, plan.serviceId, { parameters }),
      await osb.bind(planName, 'binding', plan, { parameters }),
    ];
    for (const { status, body } of answers) {
      expect([status, body]).toEqual([400, { error: 'BadRequest', description: expect.stringContaining(named) }]);
      expect(body.description).not.toMatch(/65|big|red/);
    }
    expect(asked()).toBe(before);
    expect((await osb.fetch(`${planName}-new`)).status).toBe(404);
  });
});

test('a pattern that would keep a regular expression busy for years costs one request its answer, nobody else', async () => {
  const plan = await gateway.plan('hostile', 'hostile');
  const other = await gateway.plan('remote', 'with-schema');
  const attack = osb.provision('attacked', plan, { parameters: { name: 'a'.repeat(50_000) } });
  const bystander = await osb.provision('bystander', other, { parameters: { size: 1 } });
  const { status, body } = await attack;

  expect([status, body.description]).toEqual([400, expect.stringContaining('could not be checked in time')]);
  expect(bystander.status).toBe(201);
  expect((await osb.provision('patient', plan, { parameters: { name: 'ab.Cd' } })).status).toBe(201);
});
