import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Binding } from '../broker/resources.js';
import { expectMember, expectNoStatus, expectObject, expectRefusal, expectSame, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Area } from '../row.js';
import { anotherPlanOf } from '../stories/changes.js';
import { unboundWhileBinding } from '../stories/deleted-meanwhile.js';
import { polledBinding } from '../stories/polls.js';
import { expectStillThere } from '../stories/refused-changes.js';
import { brokenUnbind, failedUnbind, nothingToUnbind } from '../stories/unbinds.js';
import { expectKind } from '../stories/well-formed.js';
import { whileUnbinding } from '../stories/while-running.js';
import type { Answer } from '../wire/answer.js';

const section = 'Unbinding';
const response = 'Unbinding › Response';
const parameters = 'Unbinding › Parameters';
const incomplete = { incomplete: true };
const NOBODYS_ID = 'conformance-nobody-offers-this';

/** Unbinds with one of the ids left out, and with nothing for it; the binding is there afterwards. */
async function expectNeeded(broker: BrokerUnderTest, missing: 'service_id' | 'plan_id'): Promise<void> {
  const binding = await broker.bound('anyBindable');
  const { serviceId: service_id, planId: plan_id } = binding.instance;
  const { [missing]: _left, ...others } = { service_id, plan_id };
  const rest = new URLSearchParams({ ...others, accepts_incomplete: 'true' }).toString();
  for (const query of [rest, `${rest}&${missing}=`]) expectRefusal(await binding.unbind({ query }), 400);
  await expectStillThere(binding);
}

/** The unbind is answered with 200 or 202, and goes well. */
async function expectUnbound(binding: Binding, answer: Answer): Promise<void> {
  expectStatus(answer, 200, 202);
  await binding.settled(answer);
  expectStatus(await binding.unbind(incomplete), 410);
}

/** It is carried out, or turned away as a second operation is. */
function expectTakenOrBusy(answer: Answer): void {
  expectStatus(answer, 200, 202, 422);
  if (answer.status === 422) expectMember(answer, 'error', 'ConcurrencyError');
}

/** Unbinding. */
export const unbinding: Area = {
  code: 'UNB',
  rows: [
    {
      number: 397,
      level: 'MUST',
      endpoint: 'unbind',
      section: response,
      since: '2.13',
      title: 'answers 200 and an empty object when a binding is removed at once',
      needs: ['bindable'],
      check: async (broker) => {
        const binding = await broker.bound('bindable');
        const answer = await binding.unbind();
        expectStatus(answer, 200);
        expectThat(Object.keys(expectObject(answer)).length === 0, `${answer.story}; expected {}`);
        expectNoStatus(await binding.fetch(), 200);
      },
    },
    {
      number: 398,
      level: 'MUST',
      endpoint: 'unbind',
      section: response,
      since: '2.14',
      title: 'answers 202 to an unbind that takes its time, with an operation of at most 10,000 characters or none',
      needs: ['asyncBinding'],
      check: async (broker) => {
        const { deleted } = await broker.once(polledBinding);
        if (!deleted) throw new Inapplicable('no unbind takes its time');
        const { accepted } = deleted;
        expectStatus(accepted, 202);
        if (!('operation' in expectObject(accepted))) return;
        expectKind(accepted, 'operation', 'text');
        expectThat((accepted.word('operation') ?? '').length <= 10_000, `${accepted.story}; expected a shorter operation`);
      },
    },
    {
      number: 399,
      level: 'MUST',
      endpoint: 'unbind',
      section: response,
      since: '2.14',
      title: 'answers 202 and the same operation to the unbind again while it runs',
      needs: ['slowUnbind'],
      check: async (broker) => {
        const { accepted, again } = await broker.once(whileUnbinding);
        expectStatus(again, 202);
        expectSame(accepted, again, 'operation');
      },
    },
    {
      number: 400,
      level: 'MUST',
      endpoint: 'unbind',
      section: parameters,
      since: '2.13',
      title: 'answers 400 to an unbind whose service_id is missing or empty, and keeps the binding',
      needs: ['anyBindable'],
      check: (broker) => expectNeeded(broker, 'service_id'),
    },
    {
      number: 401,
      level: 'MUST',
      endpoint: 'unbind',
      section: parameters,
      since: '2.13',
      title: 'answers 400 to an unbind whose plan_id is missing or empty, and keeps the binding',
      needs: ['anyBindable'],
      check: (broker) => expectNeeded(broker, 'plan_id'),
    },
    {
      number: 402,
      level: 'MUST',
      endpoint: 'unbind',
      section: response,
      since: '2.13',
      title: 'answers 410 to the unbind of what never was bound',
      needs: ['anyBindable'],
      check: async (broker) => expectStatus((await broker.once(nothingToUnbind)).unknownBinding, 410),
    },
    {
      number: 403,
      level: 'MUST*',
      endpoint: 'unbind',
      section: response,
      since: '2.13',
      title: 'answers 410 to the unbind from an instance that never was',
      needs: ['anyBindable'],
      check: async (broker) => expectStatus((await broker.once(nothingToUnbind)).unknownInstance, 410),
    },
    {
      number: 404,
      level: 'MUST',
      endpoint: 'unbind',
      section: response,
      since: '2.13',
      title: 'answers 410 to the unbind of what is unbound already',
      needs: ['anyBindable'],
      check: async (broker) => expectStatus((await broker.once(nothingToUnbind)).again, 410),
    },
    {
      number: 405,
      level: 'MUST*',
      endpoint: 'unbind',
      section: response,
      since: '2.13',
      title: 'has a JSON object for the body of a 410 to an unbind',
      needs: ['anyBindable'],
      check: async (broker) => {
        const { unknownBinding, unknownInstance, again } = await broker.once(nothingToUnbind);
        for (const answer of [unknownBinding, unknownInstance, again]) if (answer.status === 410) expectObject(answer);
      },
    },
    {
      number: 406,
      level: 'MUST',
      endpoint: 'unbind',
      section: response,
      since: '2.15',
      title: 'answers 422 ConcurrencyError to the unbind of what is being bound, unless it carries it out',
      needs: ['slowBind'],
      check: async (broker) => {
        const { withoutFlag, withFlag } = await broker.once(unboundWhileBinding);
        for (const answer of [withoutFlag, withFlag ?? withoutFlag]) expectTakenOrBusy(answer);
        expectNoStatus(withoutFlag, 202);
      },
    },
    {
      number: 407,
      level: 'MUST',
      endpoint: ['unbind', 'fetch binding'],
      section,
      since: '2.15',
      title: 'leaves nothing of a binding that was removed while it was made',
      needs: ['slowBind'],
      check: async (broker) => {
        const { fetched, deletedAgain } = await broker.once(unboundWhileBinding);
        expectStatus(fetched, 404);
        expectStatus(deletedAgain, 410);
      },
    },
    {
      number: 408,
      level: 'OPEN',
      endpoint: 'unbind',
      section: parameters,
      since: '2.14',
      title: 'answers 400 to an unbind with the service_id of another service, but carries it out with another plan_id',
      needs: ['anyBindable'],
      check: async (broker) => {
        const binding = await broker.bound('anyBindable');
        const others = broker.parts.get('otherService');
        const services = [NOBODYS_ID, ...(others && others.service['id'] !== binding.instance.serviceId ? [String(others.service['id'])] : [])];
        for (const service_id of services) expectRefusal(await binding.unbind({ ...incomplete, query: { service_id } }), 400);
        await expectStillThere(binding);
        const plan_id = String(anotherPlanOf(binding.instance.cast));
        await expectUnbound(binding, await binding.unbind({ ...incomplete, query: { plan_id } }));
      },
    },
    {
      number: 409,
      level: 'SHOULD',
      endpoint: 'unbind',
      section: 'Catalog Management',
      since: '2.13',
      title: 'removes bindings of plans it does not offer any more',
      cannotBeSeen: 'a platform cannot take a plan out of the catalog of a broker',
    },
    {
      number: 410,
      level: 'MUST*',
      endpoint: 'unbind',
      section,
      since: '2.13',
      title: 'makes the credentials of a binding useless with its unbind',
      cannotBeSeen: 'credentials are used with the service, in a way of its own',
    },
    {
      number: 411,
      level: 'SHOULD',
      endpoint: 'unbind',
      section: 'Orphan Mitigation',
      since: '2.15',
      title: 'carries out the unbind again that failed before',
      needs: ['failingUnbind'],
      check: async (broker) => {
        const { ended, again, againEnded } = await broker.once(failedUnbind);
        if (!ended) throw new Inapplicable('it does not fail after a 202');
        expectStatus(again, 200, 202, 410);
        if (againEnded?.status === 200) expectMember(againEnded, 'state', 'succeeded');
        else if (againEnded) expectStatus(againEnded, 410);
      },
    },
    {
      number: 412,
      level: 'SHOULD',
      endpoint: ['unbind', 'fetch binding'],
      section: response,
      since: '2.14',
      title: 'knows a binding whose unbind broke down as before',
      needs: ['brokenUnbind'],
      check: async (broker) => {
        const { fetched, bound, again } = await broker.once(brokenUnbind);
        if (fetched) expectStatus(fetched, 200);
        expectStatus(bound, 200);
        expectStatus(again, 200, 202);
      },
    },
    {
      number: 413,
      level: 'MUST*',
      endpoint: 'unbind',
      section: 'Unbinding › Route',
      since: '2.13',
      title: 'answers 410 to an unbind from another instance than the one of the binding, and keeps the binding',
      needs: ['anyBindable'],
      check: async (broker) => {
        const binding = await broker.bound('anyBindable');
        const elsewhere = (await broker.made('anyBindable')).binding(binding.id);
        expectStatus(await elsewhere.unbind(incomplete), 410);
        await expectStillThere(binding);
      },
    },
  ],
};
