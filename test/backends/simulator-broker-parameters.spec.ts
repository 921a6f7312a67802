import { createSimulator } from '#backends/simulator';
import { BINDING, bindBody, INSTANCE, provisionBody, startSimulatedBroker, type Reply, type SimulatedBroker } from './simulator-client.js';

let broker: SimulatedBroker;

beforeEach(async () => {
  broker = await startSimulatedBroker();
});
afterEach(() => broker.close());

const call: SimulatedBroker['call'] = (...request) => broker.call(...request);
const provision = (plan: string, parameters: string): Promise<Reply> => call('PUT', INSTANCE, provisionBody(plan, parameters));
const update = (parameters: string): Promise<Reply> => call('PATCH', INSTANCE, `{"service_id":"simulator-service","parameters":${parameters}}`);
const bind = (plan: string, parameters: string): Promise<Reply> => call('PUT', BINDING, bindBody(plan, parameters));

describe('parameters of a plan with schemas', () => {
  const wrong: ReadonlyArray<readonly [string, string]> = [
    ['{"size":65}', '/size must be <= 64'],
    ['{"size":"big"}', '/size must be integer'],
    ['{"size":1,"colour":"red"}', 'must NOT have additional properties'],
  ];

  test.each(['with-schema', 'with-schema-2020'])('of %s are held against them on every call that has one', async (plan) => {
    for (const [parameters, problem] of wrong) {
      expect(await provision(plan, parameters)).toMatchObject({ status: 400, json: { description: expect.stringContaining(problem) } });
    }
    expect((await call('GET', INSTANCE)).status).toBe(404);
    expect((await provision(plan, '{"size":64,"simulate":{}}')).status).toBe(201);
    for (const [parameters, problem] of wrong) {
      const refused = { status: 400, json: { description: expect.stringContaining(problem) } };
      expect(await update(parameters)).toMatchObject(refused);
      expect(await bind(plan, parameters)).toMatchObject(refused);
    }
    expect((await update('{"size":1}')).status).toBe(200);
    expect((await bind(plan, '{"size":2}')).status).toBe(201);
  });

  test('are taken as they are where nobody can read the schema', async () => {
    const schemas = { service_instance: { create: { parameters: { $schema: 'http://json-schema.org/draft-07/schema#', type: 'nothing' } } } };
    const plans = [{ id: 'simulator-sync', name: 'sync', description: 'x', schemas }];
    const answer = { services: [{ id: 'simulator-service', name: 'simulator', description: 'x', bindable: true, plans }] };
    const odd = await startSimulatedBroker({}, createSimulator({ catalog: { answer } }));
    expect((await odd.call('PUT', INSTANCE, provisionBody('sync', '{"size":65}'))).status).toBe(201);
    await odd.close();
  });
});

describe('an update', () => {
  const parameters = async (): Promise<unknown> => (await call('GET', INSTANCE)).json['parameters'];

  test.each(['{"service_id":"simulator-service"}', '{"service_id":"simulator-service","parameters":{}}'])('that names no parameters changes none (%s)', async (body) => {
    await provision('sync', '{"size":1}');
    expect((await call('PATCH', INSTANCE, body)).status).toBe(200);
    expect(await parameters()).toEqual({ size: 1 });
    expect((await provision('sync', '{"size":1}')).status).toBe(200);
  });

  test('changes those it names, and no other', async () => {
    await provision('sync', '{"size":1,"colour":"red"}');
    await update('{"size":12345678901234567890}');
    expect((await call('GET', INSTANCE)).text).toContain('"size":12345678901234567890');
    expect(await parameters()).toMatchObject({ colour: 'red' });
    expect((await provision('sync', '{"colour":"red","size":12345678901234567890}')).status).toBe(200);
  });
});
