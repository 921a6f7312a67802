import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Call } from '../broker/resources.js';
import { expectObject, expectRefusal, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import { expectAccepted } from '../stories/changes.js';
import { everywhere } from '../stories/every-call.js';
import { expectNeverMade, expectStillThere } from '../stories/refused-changes.js';
import { expectUntouched, madeTelling } from '../stories/updates.js';
import { sentWith, WITH_BODIES } from '../stories/with-bodies.js';
import { isObject } from '../stories/well-formed.js';
import type { JsonObject } from '../wire/answer.js';

const section = 'Content Type';
const vendor = 'Vendor Extension Fields';
const bodies = 'Provisioning › Body; Updating › Body; Binding › Body';
const incomplete = { incomplete: true };

const typed = (type: string | undefined): Pick<Call, 'headers'> => ({ headers: { 'Content-Type': type } });

/** Each of the calls with a body is carried out. */
async function expectCarriedOut(broker: BrokerUnderTest, changes: JsonObject, call: Call = {}): Promise<void> {
  for (const { resource, answer, well } of await sentWith(broker, changes, call)) await expectAccepted(resource, answer, well);
}

/** Each of the calls with a body is carried out or answered 400. */
async function expectCarriedOutOr400(broker: BrokerUnderTest, call: Call): Promise<void> {
  for (const { resource, answer, well } of await sentWith(broker, {}, call)) {
    if (answer.status === 400) expectObject(answer);
    else await expectAccepted(resource, answer, well);
  }
}

/** Each of these bodies is answered 400 by every call that has one. */
async function expectMalformed(broker: BrokerUnderTest, texts: readonly string[]): Promise<void> {
  for (const raw of texts) {
    for (const { answer } of await everywhere(broker, { raw }, WITH_BODIES)) expectRefusal(answer, 400);
  }
}

const UNKNOWN: JsonObject = { 'x-acme.foo': { any: ['thing'] }, foo: 'bar', nothing: null };
const WRONG_TYPES: readonly JsonObject[] = [
  { service_id: 7 },
  { service_id: { id: 'x' } },
  { parameters: [] },
  { parameters: 'x' },
  { context: 'kubernetes' },
  { context: [] },
];

/** A create or update, and a bind, with members of a wrong type are refused, and change nothing. */
async function expectWrongTypes(broker: BrokerUnderTest): Promise<void> {
  const instance = await madeTelling(broker, 'any');
  await expectUntouched(instance, async () => {
    for (const changes of [...WRONG_TYPES, { maintenance_info: 'x' }, { maintenance_info: [] }]) {
      const fresh = broker.instance('any');
      expectRefusal(await fresh.provision(changes, incomplete), 400);
      await expectNeverMade(fresh);
      expectRefusal(await instance.update({ parameters: { conformance: 'after' }, ...changes }, incomplete), 400);
    }
    expectRefusal(await instance.update({ previous_values: 'x' }, incomplete), 400);
  });
  if (!broker.parts.has('anyBindable')) return;
  const bindable = await broker.made('anyBindable');
  for (const changes of [...WRONG_TYPES, { bind_resource: [] }, { bind_resource: 'app' }]) {
    const fresh = bindable.binding();
    expectRefusal(await fresh.bind(changes, incomplete), 400);
    await expectNeverMade(fresh);
  }
}

/** Parameters as they come from other programs, as JSON texts. */
const ODD_PARAMETERS = [
  '{"a":1,"a":2}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}},"toString":1}',
  String.raw`{"a":"\u0000"}`,
  String.raw`{"\u0000":1}`,
  String.raw`{"a":"\ud800"}`,
  '{"a":12345678901234567890123,"b":1e400,"c":-0}',
];

/** The body as text, with these parameters. */
const textWith = ({ parameters: _own, ...body }: JsonObject, parameters: string): string =>
  `${JSON.stringify(body).slice(0, -1)},"parameters":${parameters}}`;

async function expectNoHarm(broker: BrokerUnderTest, parameters: string): Promise<void> {
  const instance = broker.instance('any');
  const created = await instance.provision({}, { ...incomplete, raw: textWith(instance.provisionBody, parameters) });
  expectStatus(created, 201, 202, 400);
  if (created.status !== 400) await instance.settled(created);
  if (!broker.parts.has('anyBindable')) return;
  const binding = (await broker.made('anyBindable')).binding();
  const bound = await binding.bind({}, { ...incomplete, raw: textWith(binding.bindBody, parameters) });
  expectStatus(bound, 201, 202, 400);
  if (bound.status !== 400) await binding.settled(bound);
}

/** Creates and binds of this size; a plan need not take parameters of the suite's own making. */
async function expectSized(broker: BrokerUnderTest, characters: number, statuses: readonly number[]): Promise<void> {
  const parameters = { conformance: 'x'.repeat(characters) };
  const instance = broker.instance('any');
  const created = await instance.provision({ parameters }, incomplete);
  if (created.status === 400 && !statuses.includes(400)) throw new Inapplicable('the plan takes no parameters but its own');
  expectStatus(created, ...statuses);
  expectObject(created);
  if (created.status < 300) await instance.settled(created);
  if (!broker.parts.has('anyBindable')) return;
  const binding = (await broker.made('anyBindable')).binding();
  const bound = await binding.bind({ parameters }, incomplete);
  expectStatus(bound, ...statuses);
  expectObject(bound);
  if (bound.status < 300) await binding.settled(bound);
}

/** What is sent in bodies. */
export const bodiesSent: readonly Row[] = [
  {
    number: 46,
    level: 'MUST*',
    endpoint: WITH_BODIES,
    section,
    since: '2.14',
    title: 'carries out requests whose JSON is said to be UTF-8',
    needs: ['any'],
    check: async (broker) => {
      for (const type of ['application/json; charset=utf-8', 'application/json;charset=UTF-8']) await expectCarriedOut(broker, {}, typed(type));
    },
  },
  {
    number: 47,
    level: 'MAY',
    endpoint: WITH_BODIES,
    section,
    since: '2.14',
    title: 'carries out requests that do not say what their body is, or answers 400',
    needs: ['any'],
    check: (broker) => expectCarriedOutOr400(broker, typed(undefined)),
  },
  {
    number: 48,
    level: 'SHOULD',
    endpoint: WITH_BODIES,
    section,
    since: '2.14',
    title: 'answers 400, if it refuses them, to requests that say their body is no JSON',
    needs: ['any'],
    check: async (broker) => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) await expectCarriedOutOr400(broker, typed(type));
    },
  },
  {
    number: 49,
    level: 'SHOULD',
    endpoint: WITH_BODIES,
    section,
    since: '2.14',
    title: 'answers 400 to bodies that are no JSON',
    needs: ['any'],
    check: (broker) => expectMalformed(broker, ['{"service_id":', '{"service_id":"x"', "{'service_id':'x'}", '{}{}', 'service_id=x', '\u0000']),
  },
  {
    number: 50,
    level: 'MUST',
    endpoint: WITH_BODIES,
    section: bodies,
    since: '2.13',
    title: 'answers 400 to bodies that are JSON, but no object, and to none',
    needs: ['any'],
    check: (broker) => expectMalformed(broker, ['', '[]', '[{}]', '"x"', '1', 'true', 'null']),
  },
  {
    number: 54,
    level: 'MUST',
    endpoint: WITH_BODIES,
    section: vendor,
    since: '2.14',
    title: 'carries out requests with members it does not know as if they were not there',
    needs: ['any'],
    check: async (broker) => {
      for (const { resource, answer, well } of await sentWith(broker, UNKNOWN)) {
        await expectAccepted(resource, answer, well);
        if (well.includes(201)) await expectStillThere(resource);
      }
    },
  },
  {
    number: 55,
    level: 'MUST',
    endpoint: WITH_BODIES,
    section: vendor,
    since: '2.14',
    title: 'carries out requests with members it does not know in context, bind_resource, maintenance_info and previous_values',
    needs: ['any'],
    check: async (broker) => {
      const instance = broker.instance('any');
      const context = { platform: 'cloudfoundry', ...UNKNOWN };
      await expectAccepted(instance, await instance.provision({ context, maintenance_info: UNKNOWN }, incomplete), [201, 202]);
      const previous = { service_id: instance.serviceId, plan_id: instance.planId, ...UNKNOWN };
      const update = { previous_values: previous, maintenance_info: UNKNOWN, ...(broker.parts.has('contextUpdates') ? { context } : {}) };
      await expectAccepted(instance, await instance.update(update, incomplete), [200, 202]);
      if (!broker.parts.has('anyBindable')) return;
      const binding = (await broker.made('anyBindable')).binding();
      await expectAccepted(binding, await binding.bind({ context, bind_resource: UNKNOWN }, incomplete), [201, 202]);
    },
  },
  {
    number: 56,
    level: 'OPEN',
    endpoint: 'provision',
    section: `${vendor}; Provisioning › Response`,
    since: '2.14',
    title: 'answers 200 to a create again with a member it does not know: what is unknown does not make it another one',
    needs: ['any'],
    check: async (broker) => {
      const instance = await broker.made('any');
      expectStatus(await instance.provision(UNKNOWN, incomplete), 200);
    },
  },
  {
    number: 58,
    level: 'MUST*',
    endpoint: WITH_BODIES,
    section: bodies,
    since: '2.13',
    title: 'answers 400 to members of a wrong type, and changes nothing',
    needs: ['any'],
    check: expectWrongTypes,
  },
  {
    number: 59,
    level: 'OPEN',
    endpoint: WITH_BODIES,
    section: bodies,
    since: '2.13',
    title: 'takes null for parameters, context, bind_resource and maintenance_info as if they were not there',
    needs: ['any'],
    check: async (broker) => {
      const { create, bind } = broker.parts.get('anyBindable') ?? broker.cast('any');
      if (create ?? bind ?? broker.cast('any').create) throw new Inapplicable('the plan needs parameters, as the profile says');
      const nulls = { parameters: null, context: null, bind_resource: null, maintenance_info: null };
      for (const { resource, answer, well } of await sentWith(broker, nulls)) {
        await expectAccepted(resource, answer, well);
        if (well.includes(201)) await expectStillThere(resource);
      }
    },
  },
  {
    number: 60,
    level: 'OPEN',
    endpoint: ['provision', 'bind'],
    section: bodies,
    since: '2.13',
    title: 'takes parameters with odd names, numbers and characters, or answers 400, and is none the worse for it',
    needs: ['any'],
    check: async (broker) => {
      for (const parameters of ODD_PARAMETERS) await expectNoHarm(broker, parameters);
      const instance = await broker.made('any');
      await expectStillThere(instance);
      const told = broker.parts.has('fetchableInstances') ? (await instance.fetch()).body : {};
      const parameters = isObject(told['parameters']) ? told['parameters'] : {};
      expectThat(!('polluted' in told) && !('polluted' in parameters), 'an instance tells of a member that only another one was sent');
    },
  },
  {
    number: 61,
    level: 'OPEN',
    endpoint: ['provision', 'bind'],
    section: bodies,
    since: '2.13',
    title: 'takes a million characters of parameters, and answers 400 or 413 to more than it takes',
    needs: ['any'],
    check: async (broker) => {
      await expectSized(broker, 1_000_000, [201, 202]);
      await expectSized(broker, 2_000_000, [201, 202, 400, 413]);
    },
  },
];
