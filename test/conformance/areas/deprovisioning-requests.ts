import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Instance } from '../broker/resources.js';
import { expectObject, expectRefusal, expectSame, expectStatus, expectThat } from '../expecting.js';
import type { Row } from '../row.js';
import { expectStillThere } from '../stories/refused-changes.js';
import { removed } from '../stories/removed.js';
import { expectKind } from '../stories/well-formed.js';
import { whileDeleting } from '../stories/while-running.js';

const section = 'Deprovisioning › Response';
const incomplete = { incomplete: true };
const NOBODYS_ID = 'conformance-nobody-offers-this';

/** Deletes of an instance with these queries are refused and remove nothing. */
async function expectQueriesRefused(broker: BrokerUnderTest, queries: (instance: Instance) => readonly Readonly<Record<string, string>>[]): Promise<void> {
  const instance = await broker.made('any');
  for (const ids of queries(instance)) {
    const query = new URLSearchParams({ ...ids, accepts_incomplete: 'true' }).toString();
    expectRefusal(await instance.deprovision({ query }), 400);
  }
  await expectStillThere(instance);
}

/** What a delete must say, and what it is answered. */
export const deprovisionRequests: readonly Row[] = [
  {
    number: 414,
    level: 'MUST',
    endpoint: 'deprovision',
    section,
    since: '2.13',
    title: 'answers 200 with a JSON object when it removed an instance at once',
    needs: ['sync'],
    check: async (broker) => {
      const answer = await (await broker.made('sync')).deprovision();
      expectStatus(answer, 200);
      expectObject(answer);
    },
  },
  {
    number: 415,
    level: 'MUST',
    endpoint: 'deprovision',
    section,
    since: '2.13',
    title: 'answers 202 to a delete it finishes later, and names it, if at all, by a text of at most 10,000 characters',
    needs: ['async'],
    check: async (broker) => {
      const instance = await broker.made('async');
      const accepted = await instance.deprovision(incomplete);
      expectStatus(accepted, 202);
      if (!('operation' in expectObject(accepted))) return;
      expectKind(accepted, 'operation', 'text');
      expectThat((accepted.word('operation') ?? '').length <= 10_000, `${accepted.story}; expected a shorter operation`);
    },
  },
  {
    number: 416,
    level: 'MUST',
    endpoint: 'deprovision',
    section,
    since: '2.13',
    title: 'answers 202 with the same operation to the same delete while it runs',
    needs: ['slowDelete'],
    check: async (broker) => {
      const { accepted, again } = await broker.once(whileDeleting);
      expectStatus(again, 202);
      expectSame(accepted, again, 'operation');
    },
  },
  {
    number: 417,
    level: 'MUST',
    endpoint: 'deprovision',
    section,
    since: '2.13',
    title: 'answers 400 to a delete without a service_id, or with an empty one, and removes nothing',
    needs: ['any'],
    check: (broker) => expectQueriesRefused(broker, ({ planId: plan_id }) => [{ plan_id }, { service_id: '', plan_id }]),
  },
  {
    number: 418,
    level: 'MUST',
    endpoint: 'deprovision',
    section,
    since: '2.13',
    title: 'answers 400 to a delete without a plan_id, or with an empty one, and removes nothing',
    needs: ['any'],
    check: (broker) => expectQueriesRefused(broker, ({ serviceId: service_id }) => [{ service_id }, { service_id, plan_id: '' }]),
  },
  {
    number: 419,
    level: 'MUST',
    endpoint: 'deprovision',
    section,
    since: '2.13',
    title: 'answers 410 to the delete of an instance that never was, or is gone',
    needs: ['any'],
    check: async (broker) => {
      const { instance: gone } = await broker.once(removed);
      for (const instance of [broker.instance('any'), gone]) {
        expectStatus(await instance.deprovision(), 410);
        expectStatus(await instance.deprovision(incomplete), 410);
      }
    },
  },
  {
    number: 425,
    level: 'OPEN',
    endpoint: 'deprovision',
    section: 'Deprovisioning › Parameters',
    since: '2.14',
    title: 'answers 400 to a delete with the service_id of another service, and lets another plan_id be',
    needs: ['any'],
    check: async (broker) => {
      const instance = await broker.made('any');
      expectRefusal(await instance.deprovision({ ...incomplete, query: { service_id: NOBODYS_ID } }), 400);
      await expectStillThere(instance);
      const answer = await instance.deprovision({ ...incomplete, query: { plan_id: NOBODYS_ID } });
      expectStatus(answer, 200, 202);
      await instance.settled(answer);
    },
  },
  {
    number: 430,
    level: 'OPEN',
    endpoint: 'deprovision',
    section: 'Deprovisioning › Parameters',
    since: '2.13',
    title: 'answers 400 to a delete with its ids in a body instead of the query, and removes nothing',
    needs: ['any'],
    check: async (broker) => {
      const instance = await broker.made('any');
      const { serviceId: service_id, planId: plan_id } = instance;
      expectRefusal(await instance.deprovision({ query: 'accepts_incomplete=true', body: { service_id, plan_id } }), 400);
      await expectStillThere(instance);
    },
  },
  {
    number: 431,
    level: 'MUST*',
    endpoint: 'deprovision',
    section,
    since: '2.13',
    title: 'has a JSON object for the body of a 410',
    needs: ['any'],
    check: async (broker) => expectRefusal(await broker.instance('any').deprovision(incomplete), 410),
  },
];
