import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Need } from '../broker/needs.js';
import { expectNone, expectObject, expectRefusal, expectSame, expectStatus, expectThat, Inapplicable, sameJson } from '../expecting.js';
import type { Area } from '../row.js';
import {
  expectAddresses,
  expectDevices,
  expectModes,
  expectMounts,
  expectProtocols,
  expectRenewal,
  GATED,
} from '../stories/binding-members.js';
import { binds, boundOf, boundWith, toldOf, type Bound } from '../stories/binds.js';
import { afterRotation } from '../stories/rotations.js';
import { expectKind, isObject } from '../stories/well-formed.js';
import { whileBinding, whileUnbinding } from '../stories/while-running.js';
import type { Answer, JsonObject } from '../wire/answer.js';

const section = 'Fetching a Service Binding';
const response = `${section} › Response`;
const body = `${section} › Body of the response`;
const incomplete = { incomplete: true };
const needs: readonly Need[] = ['anyBindable', 'fetchableBindings'];

/** What GET told of a binding. @throws Inapplicable where its service is not announced to tell */
function fetchedOf({ role, fetched }: Bound): Answer {
  if (fetched) return fetched;
  throw new Inapplicable(`the service of the plan ${role} does not announce bindings_retrievable`);
}

/** What GET told of each kind of binding there is. */
async function everyFetched(broker: BrokerUnderTest): Promise<{ readonly requires: readonly unknown[]; readonly answer: Answer }[]> {
  return (await broker.once(binds)).flatMap(({ binding, fetched }) => {
    const { requires } = binding.instance.cast.service;
    return fetched ? [{ requires: Array.isArray(requires) ? requires : [], answer: fetched }] : [];
  });
}

/** Shapes of what may be told of a binding. */
const SHAPES: Readonly<Record<string, readonly ((answer: Answer) => void)[]>> = {
  volume_mounts: [expectMounts, expectModes, expectDevices],
  endpoints: [expectAddresses, expectProtocols],
  metadata: [expectRenewal],
};

/** Fetching a binding. */
export const fetchingBindings: Area = {
  code: 'GBN',
  rows: [
    {
      number: 381,
      level: 'MUST',
      endpoint: 'fetch binding',
      section,
      since: '2.14',
      title: 'answers 200 with a JSON object to the fetch of a binding',
      needs,
      check: async (broker) => {
        const answer = fetchedOf(await boundOf(broker, 'anyBindable'));
        expectStatus(answer, 200);
        expectObject(answer);
      },
    },
    {
      number: 382,
      level: 'MUST',
      endpoint: 'fetch binding',
      section,
      since: '2.14',
      title: 'answers 200 to the fetch of a binding that has just been made after a 202',
      needs: ['asyncBinding'],
      check: async (broker) => expectStatus(fetchedOf(await boundOf(broker, 'asyncBinding')), 200),
    },
    {
      number: 383,
      level: 'MUST',
      endpoint: 'fetch binding',
      section,
      since: '2.14',
      title: 'answers 200 to fetches of bindings of every plan, where the service announces bindings_retrievable',
      needs,
      check: async (broker) => {
        for (const { answer } of await everyFetched(broker)) expectStatus(answer, 200);
      },
    },
    {
      number: 384,
      level: 'MUST',
      endpoint: 'fetch binding',
      section: response,
      since: '2.14',
      title: 'answers 404 to the fetch of a binding that never was, of an instance that is there and of one that is not',
      needs,
      check: async (broker) => {
        const { instance } = (await boundOf(broker, 'anyBindable')).binding;
        for (const one of [instance, broker.instance('anyBindable')]) expectRefusal(await one.binding().fetch(), 404);
      },
    },
    {
      number: 385,
      level: 'MUST',
      endpoint: 'fetch binding',
      section: response,
      since: '2.14',
      title: 'answers 404 to the fetch of a binding while it is made',
      needs: ['slowBind'],
      check: async (broker) => expectRefusal((await broker.once(whileBinding)).fetched, 404),
    },
    {
      number: 386,
      level: 'MUST*',
      endpoint: 'fetch binding',
      section: response,
      since: '2.14',
      title: 'answers 404 to the fetch of a binding that failed',
      needs: ['failingBind'],
      check: async (broker) => {
        const binding = (await broker.made('failingBind')).binding();
        const ended = await binding.ended(await binding.bind({}, incomplete));
        expectThat(ended.body['state'] === 'failed', `${ended.story}; expected it to fail, as the profile says`);
        expectRefusal(await binding.fetch(), 404);
      },
    },
    {
      number: 387,
      level: 'MUST',
      endpoint: 'fetch binding',
      section: response,
      since: '2.14',
      title: 'answers 404, not 410, to the fetch of a binding that was removed',
      needs,
      check: async (broker) => {
        const binding = await broker.bound('anyBindable');
        await binding.settled(await binding.unbind(incomplete));
        expectRefusal(await binding.fetch(), 404);
      },
    },
    {
      number: 388,
      level: 'MUST*',
      endpoint: 'fetch binding',
      section: `${section} › Route`,
      since: '2.14',
      title: 'answers 404 to the fetch of a binding by another instance',
      needs,
      check: async (broker) => {
        const { binding } = await boundOf(broker, 'anyBindable');
        const another = await broker.made('anyBindable');
        expectRefusal(await another.binding(binding.id).fetch(), 404);
      },
    },
    {
      number: 389,
      level: 'MUST',
      endpoint: 'fetch binding',
      section: body,
      since: '2.14',
      title: 'gives the credentials of a binding it finished later, as a JSON object',
      needs: ['asyncBinding'],
      check: async (broker) => expectKind(fetchedOf(await boundOf(broker, 'asyncBinding')), 'credentials', 'object'),
    },
    {
      number: 390,
      level: 'MUST NOT',
      endpoint: 'fetch binding',
      section: body,
      since: '2.14',
      title: 'tells of no drains, routes and volumes when fetched where the service announces no such permission',
      needs,
      check: async (broker) => {
        for (const { requires, answer } of await everyFetched(broker)) {
          const forbidden = Object.entries(GATED).filter(([permission]) => !requires.includes(permission));
          expectNone(answer, ...forbidden.map(([, member]) => member));
        }
      },
    },
    {
      number: 391,
      level: 'MUST',
      endpoint: 'fetch binding',
      section: body,
      since: '2.14',
      title: 'tells of volumes, endpoints and metadata when fetched in the shapes they have in the answer to a bind',
      needs,
      check: async (broker) => {
        const answers = (await everyFetched(broker)).map(({ answer }) => answer);
        const told = Object.entries(SHAPES).flatMap(([member, shapes]) =>
          answers.filter((answer) => member in answer.body).map((answer) => ({ answer, shapes })),
        );
        if (told.length === 0) throw new Inapplicable('it tells of no volumes, endpoints or metadata');
        for (const { answer, shapes } of told) for (const expectShape of shapes) expectShape(answer);
      },
    },
    {
      number: 392,
      level: 'MAY',
      endpoint: 'fetch binding',
      section: body,
      since: '2.14',
      title: 'may tell the parameters of a binding, as an object, and leave out some of them',
      needs,
      check: async (broker) => {
        const sent: JsonObject = { ...broker.cast('anyBindable').bind, conformance: { deep: [1, 2] } };
        const fetched = await toldOf(await boundWith(broker, 'anyBindable', sent));
        expectStatus(fetched, 200);
        const { parameters = {} } = fetched.body;
        expectThat(isObject(parameters), `${fetched.story}; expected parameters to be an object`);
        const made = Object.entries(parameters).filter(([name, value]) => !sameJson(value, sent[name]));
        expectThat(made.length === 0, `${fetched.story}; expected none but ${JSON.stringify(sent)}`);
      },
    },
    {
      number: 393,
      level: 'MUST*',
      endpoint: 'fetch binding',
      section: `${section} › Parameters`,
      since: '2.16',
      title: 'fetches a binding with service_id and plan_id in the query, with one of them, and without',
      needs,
      check: async (broker) => {
        const { binding } = await boundOf(broker, 'anyBindable');
        const ids = { service_id: binding.instance.serviceId, plan_id: binding.instance.planId };
        const { service_id, plan_id } = ids;
        const plain = await binding.fetch();
        expectStatus(plain, 200);
        for (const query of [ids, { service_id }, { plan_id }]) {
          const hinted = await binding.fetch({ query });
          expectStatus(hinted, 200);
          expectSame(plain, hinted, 'credentials');
        }
      },
    },
    {
      number: 394,
      level: 'OPEN',
      endpoint: 'fetch binding',
      section: 'Blocking Operations',
      since: '2.14',
      title: 'answers the fetch of a binding that is being removed 200, 404 or 422, with a JSON object',
      needs: ['slowUnbind'],
      check: async (broker) => {
        const { fetched } = await broker.once(whileUnbinding);
        expectStatus(fetched, 200, 404, 422);
        expectObject(fetched);
      },
    },
    {
      number: 395,
      level: 'OPEN',
      endpoint: 'fetch binding',
      section,
      since: '2.14',
      title: 'answers 404 or 400 to the fetch of a binding where the service does not announce bindings_retrievable',
      needs: ['notFetchable'],
      check: async (broker) => expectRefusal(await (await broker.bound('notFetchable')).fetch(), [404, 400]),
    },
    {
      number: 396,
      level: 'MUST*',
      endpoint: 'fetch binding',
      section: 'Binding Rotation',
      since: '2.17',
      title: 'tells of a binding and of its successor when each of them expires',
      needs: ['rotatable'],
      check: async (broker) => {
        const { old, oldTold, successor, told } = await broker.once(afterRotation);
        if (!('metadata' in oldTold.body) && !('metadata' in told.body)) throw new Inapplicable('its bindings have no metadata');
        expectSame(oldTold, await toldOf(old), 'metadata');
        expectSame(told, await toldOf(successor), 'metadata');
      },
    },
  ],
};
