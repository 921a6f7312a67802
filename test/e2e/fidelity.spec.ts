import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { Answer, Ask } from '../support/http-client.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { SIMULATORS, simulatorInGateway, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
let id: string;
beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
});
beforeEach(() => {
  id = randomUUID();
});
afterAll(() => gateway.stop());

/** What a JSON parser damages: as text, because any object of this test would be damaged already. */
const AWKWARD: readonly (readonly [string, string])[] = [
  ['an integer over 2^53', '{"n":12345678901234567890}'],
  ['an integer of 400 digits', `{"n":${'9'.repeat(400)}}`],
  ['the spelling of numbers', '{"a":1.0,"b":1E+2,"c":-0,"d":0.10000000000000000555,"e":1e-400}'],
  ['numeric keys out of order', '{"2":"b","1":"a","10":"j"}'],
  ['escapes', '{"\\u0061":"\\u00e4\\/\\"\\\\\\b\\n\\u001f"}'],
  ['lone surrogates', '{"high":"\\ud800","low":"x\\udfff","\\ud800":1}'],
  ['characters of every size', '{"ä":"é€😀","e\u0301":"\u00e9"}'],
  ['white space', '{ "a" : [ 1 ,\n\t2 ] , "b" : { } }'],
  ['a key given twice, further in', '{"a":{"b":1,"b":2}}'],
  ['a key given twice', '{"a":1,"a":2,"n":1}'],
  ['56 levels of nesting', `${'{"a":['.repeat(28)}1.0${']}'.repeat(28)}`],
  ['members every object has', '{"constructor":1,"toString":{"a":null},"hasOwnProperty":[]}'],
  ['text that looks like the end', '{"a":"}],\\"b\\":{","c":"]"}'],
  ['64 kB', `{"a":"${'x'.repeat(65_536)}"}`],
];

const instance = (): string => `/v2/service_instances/${id}`;
const binding = (): string => `${instance()}/service_bindings/b`;
const owner = '"organization_guid":"o","space_guid":"s"';
const idsOf = ({ serviceId, planId }: PlanIds): string => `"service_id":"${serviceId}","plan_id":"${planId}"`;

const provision = (plan: PlanIds, members: string, ask: Ask = {}): Promise<Answer> =>
  osb.http.request('PUT', instance(), { ...ask, raw: `{${idsOf(plan)},${owner},${members}}` });
const bind = (plan: PlanIds, members: string): Promise<Answer> =>
  osb.http.request('PUT', binding(), { raw: `{${idsOf(plan)},${members}}` });

describe.each(SIMULATORS)('with a simulator %s', (where, start) => {
  let simulator: SimulatorUnderTest;
  let plan: PlanIds;
  beforeAll(async () => {
    simulator = await start(gateway, where.replaceAll(' ', '-'));
    plan = simulator.plan('sync');
  });
  afterAll(() => simulator.close());

  test.each(AWKWARD)('%s arrives at the backend byte for byte, and comes back so', async (_what, text) => {
    const both = `"parameters":${text},"context":${text}`;
    expect((await provision(plan, both)).status).toBe(201);
    expect((await osb.fetch(id)).text).toContain(`"parameters":${text}`);
    const update = `{"service_id":"${plan.serviceId}",${both},"previous_values":${text}}`;
    expect((await osb.http.request('PATCH', instance(), { raw: update })).status).toBe(200);
    expect((await bind(plan, `${both},"bind_resource":${text}`)).status).toBe(201);
    expect((await osb.fetchBinding(id, 'b')).text).toContain(`"parameters":${text}`);

    const asked = simulator.changes(id);
    expect(asked.map(({ verb }) => verb)).toEqual(['provision', 'update', 'bind']);
    for (const { parameters, context } of asked) expect([parameters, context]).toEqual([text, text]);
    for (const { body } of simulator.requests.filter(({ method, url }) => method !== 'GET' && url.includes(id))) {
      for (const member of ['parameters', 'context']) expect(body).toContain(`"${member}":${text}`);
    }
  });

  test.each(AWKWARD)('%s in credentials comes to the platform byte for byte, each time', async (_what, text) => {
    await osb.provision(id, plan);
    const send = () => bind(plan, `"parameters":{"simulate":{"credentials":${text}}}`);
    const answers = [await send(), await send(), await osb.fetchBinding(id, 'b')];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200]);
    for (const answer of answers) expect(answer.text).toContain(`"credentials":${text}`);
  });

  test.each(AWKWARD)('%s in credentials of a bind that ends later does so as well', async (_what, text) => {
    await osb.provision(id, plan);
    const send = () => bind(plan, `"parameters":{"simulate":{"credentials":${text},"async":{"durationMs":20}}}`);
    const answers = [await send(), await send(), await osb.fetchBinding(id, 'b')];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200]);
    for (const answer of answers) expect(answer.text).toContain(`"credentials":${text}`);
  });
});

describe('what the gateway merges itself', () => {
  test('keeps the bytes of every member an update did not name', async () => {
    const demo = await gateway.plan('demo', 'demo');
    await provision(demo, '"parameters":{"kept":12345678901234567890,"2":1.0,"1":{"b":1, "a":2}}');
    const update = `{"service_id":"${demo.serviceId}","parameters":{"new":98765432109876543210}}`;
    expect((await osb.http.request('PATCH', instance(), { raw: update })).status).toBe(200);
    const parameters = '{"kept":12345678901234567890,"2":1.0,"1":{"b":1, "a":2},"new":98765432109876543210}';
    expect((await osb.fetch(id)).text).toContain(`"parameters":${parameters}`);
  });

  test("a backend's words that the record cannot keep do not keep the instance from being made", async () => {
    const simulator = await simulatorInGateway(gateway, 'odd');
    const metadata = '{"labels":{"half \\ud800":"\\udfff","whole":"😀"}}';
    const made = await provision(simulator.plan('sync'), `"parameters":{"simulate":{"answer":{"metadata":${metadata}}}}`);
    expect(made.status).toBe(201);
    expect((await osb.provision(id, simulator.plan('sync'), { parameters: { other: 1 } })).status).toBe(409);
    expect((await osb.deprovision(id, simulator.plan('sync'))).status).toBe(200);
  });

  test('a body that is not UTF-8 is refused, not repaired', async () => {
    const demo = await gateway.plan('demo', 'demo');
    const [head, tail] = [`{${idsOf(demo)},${owner},"parameters":{"a":"`, '"}}'];
    const raw = Buffer.concat([Buffer.from(head), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from(tail)]);
    expect((await osb.http.request('PUT', instance(), { raw })).status).toBe(400);
    expect((await osb.fetch(id)).status).toBe(404);
  });
});
