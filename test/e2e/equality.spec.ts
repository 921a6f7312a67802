import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import type { OsbClient } from '../support/osb-client.js';
import { simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let simulator: SimulatorUnderTest;
let id: string;
beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
  simulator = await simulatorInGateway(gateway, 'simulator');
});
beforeEach(() => {
  id = randomUUID();
});
afterAll(() => gateway.stop());

const ids = '"service_id":"simulator-service","plan_id":"simulator-sync"';
const provision = (members: string): Promise<Answer> =>
  osb.http.request('PUT', `/v2/service_instances/${id}`, { raw: `{${ids},"organization_guid":"o","space_guid":"s"${members}}` });
const bind = (members: string): Promise<Answer> =>
  osb.http.request('PUT', `/v2/service_instances/${id}/service_bindings/b`, { raw: `{${ids}${members}}` });

const SAME: readonly (readonly [string, string, string])[] = [
  ['the order of keys', '{"a":1,"b":{"c":1,"d":2}}', '{"b":{"d":2,"c":1},"a":1}'],
  ['white space', '{"a":[1,2]}', '{ "a" : [ 1 , 2 ] }'],
  ['the spelling of a number', '{"a":1,"b":100,"c":0}', '{"a":1.0,"b":1e2,"c":-0.0}'],
  ['the spelling of a big number', '{"a":12345678901234567890}', '{"a":1234567890123456789e1}'],
  ['escapes', '{"ä":"€/"}', '{"\\u00e4":"\\u20ac\\/"}'],
];

const DIFFERENT: readonly (readonly [string, string, string])[] = [
  ['the last digit of a big integer', '{"a":12345678901234567890}', '{"a":12345678901234567891}'],
  ['the last digit of a long fraction', '{"a":0.12345678901234567890123}', '{"a":0.12345678901234567890124}'],
  ['the type of a value', '{"a":1}', '{"a":"1"}'],
  ['null and nothing, further in', '{"a":null}', '{}'],
  ['the order of a list', '{"a":[1,2]}', '{"a":[2,1]}'],
  ['letter case', '{"a":"x"}', '{"a":"X"}'],
  ['a key that was added', '{"a":1}', '{"a":1,"b":2}'],
  ['lone surrogates', '{"a":"\\ud800"}', '{"a":"\\udbff"}'],
];

test.each(SAME)('requests that differ only in %s are identical (PRV 231)', async (_what, first, second) => {
  expect((await provision(`,"parameters":${first}`)).status).toBe(201);
  expect((await provision(`,"parameters":${second}`)).status).toBe(200);
  const answers = [await bind(`,"parameters":${first}`), await bind(`,"parameters":${second}`)];
  expect(answers.map(({ status }) => status)).toEqual([201, 200]);
  expect(answers[1]?.body).toEqual(answers[0]?.body);
  expect(simulator.verbs(id)).toEqual(['provision', 'bind']);
});

test.each(DIFFERENT)('requests that differ in %s are in conflict (PRV 229, BND 322)', async (_what, first, second) => {
  expect((await provision(`,"parameters":${first}`)).status).toBe(201);
  expect((await bind(`,"parameters":${first}`)).status).toBe(201);
  for (const conflict of [await provision(`,"parameters":${second}`), await bind(`,"parameters":${second}`)]) {
    expect([conflict.status, conflict.body]).toEqual([409, { error: 'Conflict', description: expect.any(String) }]);
  }
  expect((await provision(`,"parameters":${first}`)).status).toBe(200);
  expect(simulator.verbs(id)).toEqual(['provision', 'bind']);
});

test('no parameters, null and an empty object are one (PRV 232)', async () => {
  expect((await provision('')).status).toBe(201);
  for (const members of [',"parameters":{}', ',"parameters":null', '']) expect((await provision(members)).status).toBe(200);
  expect((await bind(',"parameters":null')).status).toBe(201);
  for (const members of ['', ',"parameters":{}', ',"app_guid":""', ',"bind_resource":{}']) expect((await bind(members)).status).toBe(200);
});

test.each([
  ['the context', ',"context":{"platform":"cloudfoundry","instance_name":"renamed"}'],
  ['a field nobody knows (PRV 56)', ',"x-acme":{"a":1}'],
  ['maintenance_info without a version (PRV 251)', ',"maintenance_info":{}'],
  ['maintenance_info that is null', ',"maintenance_info":null'],
])('%s is no attribute of an instance (PRV 233, 234)', async (_what, members) => {
  expect((await provision(',"context":{"platform":"cloudfoundry"}')).status).toBe(201);
  expect((await provision(members)).status).toBe(200);
});

test.each([
  ['another organization_guid', { organization_guid: 'other' }],
  ['another space_guid', { space_guid: 'other' }],
  ['another plan_id', { plan_id: 'simulator-updateable' }],
  ['another service_id', { service_id: 'b98aea8a-9961-44bc-b68e-627b5d495a94', plan_id: 'dcb86c66-274e-44c0-941d-d78cacd12ccc' }],
])('%s is in conflict (PRV 227, 228, 230)', async (_what, more) => {
  const plan = simulator.plan('sync');
  expect((await osb.provision(id, plan)).status).toBe(201);
  expect((await osb.provision(id, plan, more)).status).toBe(409);
  expect((await osb.provision(id, plan)).status).toBe(200);
});

test.each([
  ['another app_guid', { app_guid: 'other' }],
  ['another app in the bind_resource', { app_guid: 'app', bind_resource: { app_guid: 'other' } }],
  ['no app', { app_guid: undefined, bind_resource: undefined }],
  ['another plan_id (BND 325)', { plan_id: 'simulator-updateable' }],
  ['another service_id (BND 325)', { service_id: 'b98aea8a-9961-44bc-b68e-627b5d495a94' }],
])('a bind with %s is in conflict (BND 324)', async (_what, more) => {
  const plan = simulator.plan('sync');
  const app = { app_guid: 'app', bind_resource: { app_guid: 'app' } };
  await osb.provision(id, plan);
  expect((await osb.bind(id, 'b', plan, app)).status).toBe(201);
  expect((await osb.bind(id, 'b', plan, { ...app, ...more })).status).toBe(409);
  expect((await osb.bind(id, 'b', plan, { ...app, context: { other: 1 } })).status).toBe(200);
});

test('a create sent again after an update of the plan or the parameters is in conflict (PRV 265)', async () => {
  const plan = simulator.plan('updateable');
  await osb.provision(id, plan, { parameters: { a: 1 } });
  await osb.update(id, plan.serviceId, { plan_id: simulator.plan('sync').planId });
  expect((await osb.provision(id, plan, { parameters: { a: 1 } })).status).toBe(409);
  expect((await osb.provision(id, simulator.plan('sync'), { parameters: { a: 1 } })).status).toBe(200);
  await osb.update(id, plan.serviceId, { parameters: { a: 2 } });
  expect((await osb.provision(id, simulator.plan('sync'), { parameters: { a: 1 } })).status).toBe(409);
  expect((await osb.provision(id, simulator.plan('sync'), { parameters: { a: 2 } })).status).toBe(200);
});
