import { TestGateway } from '../support/gateway.js';
import type { OsbClient } from '../support/osb-client.js';
import { Journey } from './journey.js';
import { recorded } from './recorded.js';
import { SIMULATORS, type SimulatorUnderTest } from './simulators.js';

let gateway: TestGateway;
let osb: OsbClient;
beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
});
afterAll(() => gateway.stop());

const ODD_IDS: readonly (readonly [string, string])[] = [
  ['of 1,024 letters', 'a'.repeat(1024)],
  ['of 1,024 characters of two bytes', 'ü'.repeat(1024)],
  ['of 1,024 characters of four bytes', '😀'.repeat(1024)],
  ['with a slash', 'a/b'],
  ['that is nothing but slashes', '//'],
  ['with an escaped slash, not decoded twice', 'a%2Fb'],
  ['with a percent sign', '100%'],
  ['with a blank', 'a b'],
  ['of one blank', ' '],
  ['with a plus', 'a+b'],
  ['with umlauts', 'Grüße'],
  ['with a question mark', 'a?accepts_incomplete=true'],
  ['with a hash', 'a#b'],
  ['with quotes', `"a'b\``],
  ['with backslashes', 'a\\..\\b'],
  ['with a semicolon, colon and ampersand', 'a;b:c&d=e'],
  ['with line breaks and tabs', 'a\r\n\tb'],
  ['with dots', '...'],
  ['with steps upwards', '../../catalog'],
  ['like a route', 'last_operation'],
  ['like another route', 'service_bindings'],
  ['like a member of every object', '__proto__'],
  ['with SQL in it', "'; drop table operation; --"],
  ['with an escaped NUL, not decoded twice', 'a%00b'],
];

describe.each(SIMULATORS)('with a simulator %s', (where, start) => {
  let simulator: SimulatorUnderTest;
  beforeAll(async () => {
    simulator = await start(gateway, where.replaceAll(' ', '-'));
  });
  afterAll(() => simulator.close());

  test.each(ODD_IDS)('an id %s goes through every verb, and reaches the backend as it is', async (_what, id) => {
    const options = { plan: simulator.plan('sync'), acceptsIncomplete: true, asyncBindings: true };
    await new Journey(osb, { ...options, instanceId: id, bindingId: id }).whole();
    const asked = simulator.changes(id);
    expect(asked.map(({ verb }) => verb)).toEqual([...ONCE, ...ONCE.filter((verb) => verb !== 'update')]);
    for (const { bindingId, verb } of asked) expect(bindingId).toBe(verb.endsWith('bind') ? id : undefined);
  });

  test.each([
    ['letter case', 'Abc', 'abc'],
    ['how an accent is written', '\u00e9', 'e\u0301'],
    ['what was escaped', 'a/b', 'a%2Fb'],
    ['a blank at the end', 'abc', 'abc '],
    ['the last of 1,024 characters', `${'a'.repeat(1023)}b`, `${'a'.repeat(1023)}c`],
  ])('ids that differ only in %s are two instances with two bindings', async (what, one, other) => {
    const plan = simulator.plan('sync');
    for (const id of [one, other]) expect((await osb.provision(id, plan, { parameters: { what, id } })).status).toBe(201);
    const bound = [await osb.bind(one, one, plan), await osb.bind(one, other, plan), await osb.bind(other, one, plan)];
    expect(bound.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(bound.map(({ text }) => text)).size).toBe(3);
    expect((await osb.fetchBinding(other, other)).status).toBe(404);
    expect((await osb.deprovision(one, plan)).status).toBe(200);
    expect((await osb.fetch(other)).body['parameters']).toEqual({ what, id: other });
    expect((await osb.deprovision(other, plan)).status).toBe(200);
  });

  const REFUSED: readonly (readonly [string, string])[] = [
    ['with NUL', 'a%00b'],
    ['.', '.'],
    ['..', '..'],
    ['. when decoded', '%2e'],
    ['.. when decoded', '%2E%2e'],
    ['with half an escape', 'a%'],
    ['with an escape of no digits', 'a%zz'],
    ['with a cut-off UTF-8 escape', '%E0%A4%A'],
    ['with an escape that is no UTF-8', '%C3%28'],
    ['with an escaped surrogate', '%ED%A0%80'],
    ['of 1,025 letters', 'a'.repeat(1025)],
    ['of 1,025 characters of four bytes', encodeURIComponent('😀'.repeat(1025))],
  ];

  test.each(REFUSED)('an id %s is refused by every verb, and reaches no backend', async (_what, id) => {
    const before = await recorded(gateway.database);
    const calls = simulator.ledger.calls.length;
    for (const path of [`/v2/service_instances/${id}`, `/v2/service_instances/i/service_bindings/${id}`]) {
      for (const { status, body, headers } of await everyVerb(osb, simulator, path)) {
        expect([status, body]).toEqual([400, { error: 'BadRequest', description: expect.any(String) }]);
        expect(headers['content-type']).toMatch(/^application\/json/);
      }
    }
    expect([simulator.ledger.calls.length, await recorded(gateway.database)]).toEqual([calls, before]);
  });

  test.each(['/v2/service_instances/', '/v2/service_instances//service_bindings/b', '/v2/service_instances/i/service_bindings/'])(
    'the empty id in %s is refused by every verb, and is no other route (URL 69)',
    async (path) => {
      const before = await recorded(gateway.database);
      for (const { status, body } of await everyVerb(osb, simulator, path)) {
        expect([400, 404]).toContain(status);
        expect(body).toEqual({ error: expect.stringMatching(/^\w+$/), description: expect.any(String) });
      }
      expect(await recorded(gateway.database)).toEqual(before);
    },
  );
});

const ONCE = ['provision', 'update', 'bind', 'unbind', 'deprovision'];

/** What every verb answers for an instance's or a binding's path; the path is sent as it is. */
async function everyVerb({ http }: OsbClient, simulator: SimulatorUnderTest, path: string) {
  const { serviceId: service_id, planId: plan_id } = simulator.plan('sync');
  const body = { service_id, plan_id, organization_guid: 'o', space_guid: 's' };
  const isInstance = !path.includes('/service_bindings');
  return Promise.all([
    http.request('PUT', path, { body }),
    http.request('DELETE', path, { query: { service_id, plan_id } }),
    http.request('GET', path),
    http.request('GET', `${path}/last_operation`),
    ...(isInstance ? [http.request('PATCH', path, { body: { service_id } })] : []),
  ]);
}
