import { randomUUID } from 'node:crypto';
import { eventually } from '../e2e/eventually.js';
import type { OsbClient } from '../support/osb-client.js';
import { hangUp, reply, type Script } from '../support/stub-broker.js';
import { RuleStage } from './rule-stage.js';
import type { ScriptedBroker } from './scripted-broker.js';

let stage: RuleStage;
let broker: ScriptedBroker;
let osb: OsbClient;
let id: string;

beforeAll(async () => {
  stage = await RuleStage.start();
  broker = await stage.backend('failing');
  ({ osb } = stage);
});
beforeEach(() => {
  id = randomUUID();
  broker.forget();
});
afterAll(() => stage.stop());

const html = { 'content-type': 'text/html' };
const TEXT = { description: 'The quota is used up.' };

/** What a backend may answer to a create, what the platform is told, and whether something may have been made. */
const REFUSED: readonly (readonly [string, Script, number, string | undefined])[] = [
  ['400', reply(400, TEXT), 400, TEXT.description],
  ['401', reply(401, TEXT), 502, undefined],
  ['403', reply(403, TEXT), 502, TEXT.description],
  ['404', reply(404, TEXT), 502, TEXT.description],
  ['405', reply(405, TEXT), 502, undefined],
  ['408', reply(408, TEXT), 503, TEXT.description],
  ['409', reply(409, TEXT), 409, TEXT.description],
  ['410', reply(410, {}), 502, undefined],
  ['412', reply(412, TEXT), 502, undefined],
  ['422 AsyncRequired', reply(422, { error: 'AsyncRequired', ...TEXT }), 422, TEXT.description],
  ['422 ConcurrencyError', reply(422, { error: 'ConcurrencyError', ...TEXT }), 422, TEXT.description],
  ['422 without a known code', reply(422, TEXT), 400, TEXT.description],
  ['429', reply(429, TEXT), 503, TEXT.description],
];
const UNSURE: readonly (readonly [string, Script])[] = [
  ['500 with a description', reply(500, TEXT)],
  ['500 with a page', reply(500, '<html>http://10.0.0.1/internal</html>', html)],
  ['503', reply(503, TEXT)],
  ['201 with half a body', reply(201, '{"dashboard_url": ')],
  ['201 with a page', reply(201, '<html></html>', html)],
  ['202 with a list', reply(202, '[]')],
  ['200 with half a body', reply(200, '{')],
  ['204', reply(204, '')],
  ['206', reply(206, {})],
  ['302', reply(302, {}, { location: '/elsewhere' })],
];

test.each(REFUSED)('G84, G88, G95, G97, P24: %s to a create is told, and nothing is cleaned up', async (_answer, script, status, description) => {
  broker.when('PUT', 'instance', script);
  const { status: told, body } = await osb.provision(id, broker.plan);
  expect([told, body.description]).toEqual([status, description ?? expect.not.stringContaining(TEXT.description)]);
  expect((await osb.deprovision(id, broker.plan)).status).toBe(410);
  expect(broker.changes).toEqual(['PUT instance']);
});

test.each(REFUSED)('G88, G95, G97: %s to a bind is told, and nothing is cleaned up', async (_answer, script, status) => {
  await osb.provision(id, broker.plan);
  broker.when('PUT', 'binding', script);
  expect((await osb.bind(id, 'b', broker.plan)).status).toBe(status);
  expect((await osb.unbind(id, 'b', broker.plan)).status).toBe(410);
  // A broker that is too busy for it (422 ConcurrencyError) is asked again while the request waits (ADR 24).
  expect([...new Set(broker.changes)]).toEqual(['PUT instance', 'PUT binding']);
});

test.each(UNSURE)('G88, G99, P39: %s to a create is 502 without any address in it, and what it may have made is removed', async (_answer, script) => {
  broker.when('PUT', 'instance', script, reply(201, {}));
  const { status, text } = await osb.provision(id, broker.plan);
  expect([status, text]).toEqual([502, expect.not.stringContaining('10.0.0.1')]);
  await eventually(() => osb.deprovision(id, broker.plan), (answer) => answer.status === 410);
  expect(broker.asked('DELETE', 'instance').map(({ url }) => url.split('?')[0])).toEqual([`/v2/service_instances/${id}`]);
  expect((await osb.provision(id, broker.plan)).status).toBe(201);
});

test.each(UNSURE)('G88: %s to a bind is 502, and what it may have made is removed', async (_answer, script) => {
  await osb.provision(id, broker.plan);
  broker.when('PUT', 'binding', script);
  expect((await osb.bind(id, 'b', broker.plan)).status).toBe(502);
  await eventually(() => osb.unbind(id, 'b', broker.plan), (answer) => answer.status === 410);
  expect(broker.asked('DELETE', 'binding')).toHaveLength(1);
});

test('G52: a backend always hears that it may take its time, so its 202 is never a fault; the platform waits', async () => {
  broker.when('PUT', 'instance', reply(202, { operation: 'o' }));
  expect((await osb.provision(id, broker.plan)).status).toBe(201);
  expect(broker.asked('PUT', 'instance').map(({ url }) => url)).toEqual([`/v2/service_instances/${id}?accepts_incomplete=true`]);
});

test('G94: no answer at all is 202 where the platform may be told so, and is resolved in the background', async () => {
  broker.when('PUT', 'instance', hangUp());
  const { status, body } = await osb.provision(id, broker.plan, {}, { acceptsIncomplete: true });
  expect(status).toBe(202);
  broker.when('PUT', 'instance', reply(201, {}));
  expect((await osb.ended(id, body.operation)).body.state).toBe('succeeded');
});

test('G93, P25: what was never sent is 503, and is gone without asking', async () => {
  const closed = await stage.backend('closed');
  await closed.stop();
  expect((await osb.provision(id, closed.plan)).status).toBe(503);
  expect((await osb.deprovision(id, closed.plan)).status).toBe(410);
});

test.each([
  ['AcmeQuota', 'AcmeQuota'],
  ['two words', 'BadRequest'],
  ['', 'BadRequest'],
])('G100: the error code %j of a backend is told as %s', async (error, word) => {
  broker.when('PUT', 'instance', reply(400, { error, ...TEXT }));
  expect((await osb.provision(id, broker.plan)).body).toEqual({ error: word, ...TEXT });
});

test('G101: flags of an update are left out of a failed bind', async () => {
  await osb.provision(id, broker.plan);
  broker.when('PUT', 'binding', reply(400, { ...TEXT, instance_usable: false, update_repeatable: false }));
  const { status, body } = await osb.bind(id, 'b', broker.plan);
  expect([status, Object.keys(body).toSorted()]).toEqual([400, ['description', 'error']]);
});
