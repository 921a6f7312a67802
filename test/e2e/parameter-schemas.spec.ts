import { AdminClient } from '../support/admin-client.js';
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

describe('enforcement of parameter schemas is a setting per backend and plan', () => {
  const text = { parameters: { size: '64' } };
  let plan: PlanIds;
  let admin: AdminClient;

  beforeAll(async () => {
    const schema = { parameters: { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object', properties: { size: { type: 'integer', default: '64' } } } };
    const schemas = { service_instance: { create: schema, update: schema }, service_binding: { create: schema } };
    const plans = ['sync', 'async'].map((name) => ({ id: `sizes-${name}`, name, description: 'x', schemas }));
    const service = { id: 'sizes-service', name: 'sizes', description: 'x', bindable: true, plans };
    await gateway.register('sizes', 'simulator', { serviceName: 'sizes', catalog: { answer: { services: [service] } } });
    plan = await gateway.plan('sizes', 'sync');
    admin = await AdminClient.of(gateway.admin());
  });
  afterEach(() => set({ policy: {}, planPolicies: {} }));

  const set = async (body: object): Promise<void> => expect((await admin.ask('PATCH', '/backends/sizes', { body })).status).toBe(200);
  const warnings = (): Record<string, unknown>[] =>
    gateway.logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'parameters are passed on although their schema does not allow them');

  test('enforce, the default: parameters that do not match are refused', async () => {
    expect((await osb.provision('enforced', plan, text)).status).toBe(400);
    await set({ policy: { schemaEnforcement: 'enforce' } });
    expect((await osb.provision('enforced', plan, text)).status).toBe(400);
  });

  test('warn: they are passed on, and the log says of which request and why, without any value', async () => {
    await set({ policy: { schemaEnforcement: 'warn' } });
    const answers = [
      await osb.provision('warned', plan, text),
      await osb.update('warned', plan.serviceId, text),
      await osb.bind('warned', 'binding', plan, text),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 201]);
    expect((await osb.fetch('warned')).body).toMatchObject(text);
    const said = warnings();
    expect(said).toHaveLength(3);
    expect(said[0]).toMatchObject({ planId: plan.planId, requestId: expect.any(String), reason: expect.stringContaining('/size') });
    expect(JSON.stringify(said)).not.toContain('"64"');
  });

  test('off: nothing is checked, and nothing said', async () => {
    const before = warnings().length;
    await set({ policy: { schemaEnforcement: 'off' } });
    expect((await osb.provision('unchecked', plan, text)).status).toBe(201);
    expect(warnings()).toHaveLength(before);
  });

  test('that of the plan goes before that of the backend', async () => {
    await set({ policy: { schemaEnforcement: 'off' }, planPolicies: { [plan.planId]: { schemaEnforcement: 'enforce' } } });
    expect((await osb.provision('by-plan', plan, text)).status).toBe(400);
    expect((await osb.provision('by-backend', await gateway.plan('sizes', 'async'), text)).status).toBe(201);
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
