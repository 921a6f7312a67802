import type { Need } from '../broker/needs.js';
import { planIdOf, serviceIdOf } from '../broker/offered.js';
import { expectMember, expectObject, expectRefusal, expectSame, expectStatus, expectThat, sameJson } from '../expecting.js';
import type { Area } from '../row.js';
import { maintenanceVersion } from '../stories/changes.js';
import { madeWith } from '../stories/creates.js';
import { demandTelling, everyFetch, fetchOf } from '../stories/fetches.js';
import { expectToldTheSame, told } from '../stories/updates.js';
import { expectKind, expectWellFormed, isObject } from '../stories/well-formed.js';
import { whileCreating, whileDeleting, whileUpdating } from '../stories/while-running.js';
import type { JsonObject } from '../wire/answer.js';

const section = 'Fetching a Service Instance';
const response = `${section} › Response`;
const body = `${section} › Body of the response`;
const incomplete = { incomplete: true };
const needs: readonly Need[] = ['any', 'fetchableInstances'];
const NOBODYS_ID = 'conformance-nobody-offers-this';

/** Fetching an instance. */
export const fetchingInstances: Area = {
  code: 'GIN',
  rows: [
    {
      number: 266,
      level: 'MUST',
      endpoint: 'fetch instance',
      section,
      since: '2.14',
      title: 'answers 200 with a JSON object to the fetch of an instance',
      needs,
      check: async (broker) => {
        const { fetched } = await fetchOf(broker, 'any');
        expectStatus(fetched, 200);
        expectObject(fetched);
      },
    },
    {
      number: 267,
      level: 'MUST',
      endpoint: 'fetch instance',
      section,
      since: '2.14',
      title: 'answers 200 to the fetch of an instance that has just been made after a 202',
      needs: ['async'],
      check: async (broker) => {
        const { created, fetched } = await fetchOf(broker, 'async');
        expectStatus(created, 202);
        expectStatus(fetched, 200);
      },
    },
    {
      number: 268,
      level: 'MUST',
      endpoint: 'fetch instance',
      section,
      since: '2.14',
      title: 'answers 200 to fetches of instances of every plan, where the service announces instances_retrievable',
      needs,
      check: async (broker) => {
        for (const answer of await everyFetch(broker)) expectStatus(answer, 200);
      },
    },
    {
      number: 269,
      level: 'MUST',
      endpoint: 'fetch instance',
      section: response,
      since: '2.14',
      title: 'answers 404 to the fetch of an instance that never was',
      needs,
      check: async (broker) => expectRefusal(await broker.instance('any').fetch(), 404),
    },
    {
      number: 270,
      level: 'MUST',
      endpoint: 'fetch instance',
      section: response,
      since: '2.14',
      title: 'answers 404 to the fetch of an instance while it is made',
      needs: ['slowCreate'],
      check: async (broker) => {
        demandTelling(broker, 'slowCreate');
        expectRefusal((await broker.once(whileCreating)).fetched, 404);
      },
    },
    {
      number: 271,
      level: 'MUST*',
      endpoint: 'fetch instance',
      section: response,
      since: '2.14',
      title: 'answers 404 to the fetch of an instance that failed',
      needs: ['failingCreate'],
      check: async (broker) => {
        demandTelling(broker, 'failingCreate');
        const instance = broker.instance('failingCreate');
        const ended = await instance.ended(await instance.provision({}, incomplete));
        expectThat(ended.body['state'] === 'failed', `${ended.story}; expected it to fail, as the profile says`);
        expectRefusal(await instance.fetch(), 404);
      },
    },
    {
      number: 272,
      level: 'MUST',
      endpoint: 'fetch instance',
      section: response,
      since: '2.14',
      title: 'tells of an instance while it is changed, or answers 422 ConcurrencyError',
      needs: ['slowUpdate'],
      check: async (broker) => {
        demandTelling(broker, 'slowUpdate');
        const { fetched } = await broker.once(whileUpdating);
        if (fetched.status === 422) expectRefusal(fetched, 422, 'ConcurrencyError');
        else expectStatus(fetched, 200, 422);
      },
    },
    {
      number: 273,
      level: 'OPEN',
      endpoint: 'fetch instance',
      section: 'Blocking Operations',
      since: '2.14',
      title: 'answers the fetch of an instance that is being removed 200, 404 or 422, with a JSON object',
      needs: ['slowDelete'],
      check: async (broker) => {
        demandTelling(broker, 'slowDelete');
        const { fetched } = await broker.once(whileDeleting);
        expectStatus(fetched, 200, 404, 422);
        expectObject(fetched);
      },
    },
    {
      number: 274,
      level: 'MUST',
      endpoint: 'fetch instance',
      section: response,
      since: '2.14',
      title: 'answers 404, not 410, to the fetch of an instance that was removed',
      needs,
      check: async (broker) => {
        const instance = await broker.made('any');
        await instance.settled(await instance.deprovision(incomplete));
        expectRefusal(await instance.fetch(), 404);
      },
    },
    {
      number: 275,
      level: 'MUST*',
      endpoint: 'fetch instance',
      section: body,
      since: '2.14',
      title: 'tells of service, plan, dashboard and parameters of an instance in their kinds, and of none by null',
      needs,
      check: async (broker) => {
        for (const answer of await everyFetch(broker)) {
          expectWellFormed(answer, { service_id: 'text', plan_id: 'text', dashboard_url: 'text', parameters: 'object' });
        }
        const { instance, fetched } = await fetchOf(broker, 'any');
        if ('service_id' in fetched.body) expectMember(fetched, 'service_id', instance.serviceId);
        if ('plan_id' in fetched.body) expectMember(fetched, 'plan_id', instance.planId);
      },
    },
    {
      number: 276,
      level: 'MUST*',
      endpoint: 'fetch instance',
      section: body,
      since: '2.14',
      title: 'tells the new plan of an instance that was changed to another one',
      needs: ['updateable', 'updateTarget'],
      check: async (broker) => {
        demandTelling(broker, 'updateable');
        const instance = await broker.made('updateable');
        const target = planIdOf(broker.cast('updateTarget'));
        await instance.settled(await instance.update({ plan_id: target, parameters: undefined }, incomplete));
        const fetched = await instance.fetch();
        expectStatus(fetched, 200);
        if ('plan_id' in fetched.body) expectMember(fetched, 'plan_id', target);
      },
    },
    {
      number: 277,
      level: 'MUST NOT',
      endpoint: 'fetch instance',
      section: 'Updating a Service Instance › Response',
      since: '2.14',
      title: 'tells the old plan and the old parameters of an instance after a change that failed',
      needs: ['failingUpdate'],
      check: async (broker) => {
        const instance = await broker.made('failingUpdate');
        const before = await told(instance);
        const target = broker.parts.get('updateTarget');
        const isBeside = target !== undefined && serviceIdOf(target) === instance.serviceId;
        const ended = await instance.ended(await instance.update(isBeside ? { plan_id: planIdOf(target) } : {}, incomplete));
        expectThat(ended.body['state'] === 'failed', `${ended.story}; expected it to fail, as the profile says`);
        const after = await instance.fetch();
        expectStatus(after, 200);
        expectToldTheSame(before, after);
      },
    },
    {
      number: 278,
      level: 'MAY',
      endpoint: 'fetch instance',
      section: body,
      since: '2.15',
      title: 'may tell the parameters of an instance, as an object, and leave out some of them',
      needs,
      check: async (broker) => {
        const sent: JsonObject = { ...broker.cast('any').create, conformance: { deep: [1, 2] } };
        const fetched = await told(await madeWith(broker, 'any', sent));
        expectStatus(fetched, 200);
        const { parameters = {} } = fetched.body;
        expectThat(isObject(parameters), `${fetched.story}; expected parameters to be an object`);
        const madeUp = Object.entries(parameters).filter(([name, value]) => !sameJson(value, sent[name]));
        expectThat(madeUp.length === 0, `${fetched.story}; expected none but ${JSON.stringify(sent)}`);
      },
    },
    {
      number: 279,
      level: 'OPEN',
      endpoint: 'fetch instance',
      section: `${section} › Parameters`,
      since: '2.16',
      title: 'fetches an instance with its service_id and plan_id in the query, or without; to another service it answers 400 or 404',
      needs,
      check: async (broker) => {
        const { instance, fetched } = await fetchOf(broker, 'any');
        const ids = { service_id: instance.serviceId, plan_id: instance.planId };
        const { service_id, plan_id } = ids;
        for (const query of [ids, { service_id }, { plan_id }]) {
          const hinted = await instance.fetch({ query });
          expectStatus(hinted, 200);
          expectSame(fetched, hinted, 'plan_id');
        }
        expectRefusal(await instance.fetch({ query: { service_id: NOBODYS_ID, plan_id } }), [400, 404]);
      },
    },
    {
      number: 280,
      level: 'MAY',
      endpoint: 'fetch instance',
      section: body,
      since: '2.17',
      title: 'may tell the version of maintenance_info an instance is at: the one it was made with',
      needs: ['withMaintenance'],
      check: async (broker) => {
        const version = maintenanceVersion(broker);
        const instance = broker.instance('withMaintenance');
        await instance.settled(await instance.provision({ maintenance_info: { version } }, incomplete));
        const fetched = await told(instance);
        expectStatus(fetched, 200);
        const { maintenance_info: info } = fetched.body;
        if (info === undefined) return;
        expectThat(isObject(info) && info['version'] === version, `${fetched.story}; expected the version ${version}`);
      },
    },
    {
      number: 281,
      level: 'MAY',
      endpoint: 'fetch instance',
      section: body,
      since: '2.17',
      title: 'may tell the metadata of an instance, in the words of the last create or update',
      needs: ['withMetadata'],
      check: async (broker) => {
        const { created, fetched } = await fetchOf(broker, 'withMetadata');
        expectStatus(fetched, 200);
        if (!('metadata' in fetched.body)) return;
        expectKind(fetched, 'metadata', 'object');
        if ('metadata' in created.body) expectSame(created, fetched, 'metadata');
        const instance = await broker.made('withMetadata');
        const updated = await instance.settled(await instance.update({}, incomplete));
        if ('metadata' in updated.body) expectSame(updated, await instance.fetch(), 'metadata');
      },
    },
    {
      number: 282,
      level: 'OPEN',
      endpoint: 'fetch instance',
      section,
      since: '2.14',
      title: 'answers 404 or 400 to the fetch of an instance where the service does not announce instances_retrievable',
      needs: ['notFetchableInstance'],
      check: async (broker) => expectRefusal(await (await broker.made('notFetchableInstance')).fetch(), [404, 400]),
    },
  ],
};
