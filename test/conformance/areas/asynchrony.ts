import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Instance } from '../broker/resources.js';
import { expectMember, expectNoStatus, expectRefusal, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Area } from '../row.js';
import { fetchedIfRetrievable } from '../stories/binds.js';
import { fetchedIfAnnounced } from '../stories/creates.js';
import { expectNeverMade, expectStillThere } from '../stories/refused-changes.js';
import { acceptedChanges, bindingChanges, instanceChanges, offeredChanges, unaskedChanges } from '../stories/unasked.js';
import { expectUntouched } from '../stories/updates.js';
import { wholeLife } from '../stories/whole-life.js';
import type { Answer } from '../wire/answer.js';

const section = 'Synchronous and Asynchronous Operations › Asynchronous Operations';
const CHANGES = ['provision', 'update', 'deprovision', 'bind', 'unbind'] as const;
const incomplete = { incomplete: true };

/** None of them is the word `true`, once. */
const OTHER_SPELLINGS = ['TRUE', 'True', '1', 'yes', '', 'true&accepts_incomplete=false'];

const expectAsyncRequired = (answer: Answer): void => expectRefusal(answer, 422, 'AsyncRequired');

/** What was made by the time of the answer is there, and not on its way. */
async function expectReady(instance: Instance): Promise<void> {
  const fetched = await fetchedIfAnnounced(instance);
  if (fetched) expectStatus(fetched, 200);
  const polled = await instance.lastOperation();
  if (polled.status === 200) expectMember(polled, 'state', 'succeeded');
  await expectStillThere(instance);
}

/** A life without accepts_incomplete: whatever is answered 200 or 201 is done by then. */
async function expectDoneAtOnce(broker: BrokerUnderTest, role: Role): Promise<void> {
  const instance = broker.instance(role);
  const created = await instance.provision();
  if (created.status !== 201) throw new Inapplicable(`the plan ${role} is not made at once: ${created.story}`);
  await expectReady(instance);
  expectStatus(await instance.update(), 200);
  await expectReady(instance);
  expectStatus(await instance.deprovision(), 200);
  const fetched = await fetchedIfAnnounced(instance);
  if (fetched) expectStatus(fetched, 404);
  expectStatus(await instance.deprovision(), 410);
}

async function expectBoundAtOnce(broker: BrokerUnderTest): Promise<void> {
  const binding = (await broker.made('bindable')).binding();
  expectStatus(await binding.bind(), 201);
  const fetched = await fetchedIfRetrievable(binding);
  if (fetched) expectStatus(fetched, 200);
  await expectStillThere(binding);
  expectStatus(await binding.unbind(), 200);
  const gone = await fetchedIfRetrievable(binding);
  if (gone) expectStatus(gone, 404);
  expectStatus(await binding.unbind(), 410);
}

/** Synchronous and asynchronous operations. */
export const asynchrony: Area = {
  code: 'ASY',
  rows: [
    {
      number: 146,
      level: 'MUST',
      endpoint: 'provision',
      section,
      since: '2.13',
      title: 'answers 422 AsyncRequired to a create it can finish only later, and makes nothing',
      needs: ['asyncOnly'],
      check: async (broker) => {
        const instance = broker.instance('asyncOnly');
        expectAsyncRequired(await instance.provision());
        await expectNeverMade(instance);
      },
    },
    {
      number: 147,
      level: 'MUST',
      endpoint: 'update',
      section,
      since: '2.14',
      title: 'answers 422 AsyncRequired to an update it can finish only later, and changes nothing',
      needs: ['asyncOnly'],
      check: async (broker) => {
        const instance = await broker.made('asyncOnly');
        await expectUntouched(instance, async () => {
          expectAsyncRequired(await instance.update({ parameters: { ...instance.cast.update, conformance: 'changed' } }));
        });
        await expectStillThere(instance);
      },
    },
    {
      number: 148,
      level: 'MUST',
      endpoint: 'deprovision',
      section,
      since: '2.13',
      title: 'answers 422 AsyncRequired to a delete it can finish only later, and removes nothing',
      needs: ['asyncOnly'],
      check: async (broker) => {
        const instance = await broker.made('asyncOnly');
        expectAsyncRequired(await instance.deprovision());
        await expectStillThere(instance);
      },
    },
    {
      number: 149,
      level: 'MUST',
      endpoint: 'bind',
      section,
      since: '2.14',
      title: 'answers 422 AsyncRequired to a bind it can finish only later, and makes no binding',
      needs: ['asyncOnlyBinding'],
      check: async (broker) => {
        const binding = (await broker.made('asyncOnlyBinding')).binding();
        expectAsyncRequired(await binding.bind());
        expectNoStatus(await binding.fetch(), 200);
        await expectNeverMade(binding);
      },
    },
    {
      number: 150,
      level: 'MUST',
      endpoint: 'unbind',
      section,
      since: '2.14',
      title: 'answers 422 AsyncRequired to an unbind it can finish only later, and keeps the binding',
      needs: ['asyncOnlyBinding'],
      check: async (broker) => {
        const binding = await broker.bound('asyncOnlyBinding');
        expectAsyncRequired(await binding.unbind());
        await expectStillThere(binding);
      },
    },
    {
      number: 151,
      level: 'MUST',
      endpoint: CHANGES,
      section,
      since: '2.13',
      title: 'takes accepts_incomplete=false for the same as none',
      needs: ['asyncOnly'],
      check: async (broker) => {
        const call = { query: { accepts_incomplete: 'false' } };
        const bindings = broker.parts.has('asyncOnlyBinding') ? await bindingChanges(broker, 'asyncOnlyBinding', call) : [];
        for (const { answer } of [...(await instanceChanges(broker, 'asyncOnly', call)), ...bindings]) expectAsyncRequired(answer);
      },
    },
    {
      number: 152,
      level: 'OPEN',
      endpoint: 'provision',
      section,
      since: '2.13',
      title: 'takes nothing but true, in small letters and once, for leave to finish a create later',
      needs: ['asyncOnly'],
      check: async (broker) => {
        for (const spelling of OTHER_SPELLINGS) {
          const instance = broker.instance('asyncOnly');
          const answer = await instance.provision({}, { query: `accepts_incomplete=${spelling}` });
          if (answer.status !== 400) expectAsyncRequired(answer);
          await expectNeverMade(instance);
        }
      },
    },
    {
      number: 153,
      level: 'MUST',
      endpoint: CHANGES,
      section,
      since: '2.13',
      title: 'answers 202 with a JSON object to every change it finishes later',
      needs: ['async'],
      check: async (broker) => {
        for (const { answer } of await broker.once(acceptedChanges)) {
          expectStatus(answer, 202);
          expectThat(answer.object !== undefined, `${answer.story}; expected a JSON object for a body`);
        }
      },
    },
    {
      number: 154,
      level: 'MAY',
      endpoint: CHANGES,
      section: 'Synchronous and Asynchronous Operations › Synchronous Operations',
      since: '2.13',
      title: 'may finish a change at once also where it might do so later',
      needs: ['sync'],
      check: async (broker) => {
        for (const { endpoint, answer } of await broker.once(offeredChanges)) {
          expectStatus(answer, endpoint === 'provision' || endpoint === 'bind' ? 201 : 200, 202);
        }
      },
    },
    {
      number: 155,
      level: 'MUST*',
      endpoint: CHANGES,
      section,
      since: '2.13',
      title: 'never answers 202 without having been told that it may',
      needs: ['any'],
      check: async (broker) => {
        for (const { answer } of await broker.once(unaskedChanges)) expectNoStatus(answer, 202);
      },
    },
    {
      number: 156,
      level: 'MUST*',
      endpoint: CHANGES,
      section: 'Synchronous and Asynchronous Operations',
      since: '2.13',
      title: 'is done with a change when it answers 200 or 201 to it',
      needs: ['sync'],
      check: async (broker) => {
        await expectDoneAtOnce(broker, 'sync');
        if (broker.parts.has('bindable')) await expectBoundAtOnce(broker);
      },
    },
    {
      number: 157,
      level: 'SHOULD',
      endpoint: 'every',
      section: 'Synchronous and Asynchronous Operations; Orphan Mitigation',
      since: '2.13',
      title: 'answers every request before a platform stops waiting for it',
      needs: ['any'],
      check: async (broker) => {
        const { answerMs } = broker.limits;
        for (const { answer } of await wholeLife(broker, {})) {
          expectThat(answer.tookMs <= answerMs, `${answer.story} after ${Math.round(answer.tookMs)} ms; expected it within ${answerMs} ms`);
        }
      },
    },
    {
      number: 158,
      level: 'MAY',
      endpoint: 'provision',
      section: 'Synchronous and Asynchronous Operations',
      since: '2.13',
      title: 'may make instances of one plan at once, and of another plan of the service later',
      needs: ['sync', 'async'],
      check: async (broker) => {
        const [soon, later] = [broker.instance('sync'), broker.instance('async')];
        if (soon.serviceId !== later.serviceId) throw new Inapplicable('the plans sync and async are of two services');
        expectStatus(await soon.provision(), 201);
        expectStatus(await later.provision({}, incomplete), 202);
      },
    },
    {
      number: 159,
      level: 'OPEN',
      endpoint: ['provision', 'update', 'bind'],
      section: 'Provisioning › Response; Service Broker Errors',
      since: '2.13',
      title: 'answers 400, not 422, where both accepts_incomplete and an id are missing',
      needs: ['asyncOnly'],
      check: async (broker) => {
        expectRefusal(await broker.instance('asyncOnly').provision({ service_id: undefined }), 400);
        expectRefusal(await (await broker.made('asyncOnly')).update({ service_id: undefined }), 400);
        if (!broker.parts.has('asyncOnlyBinding')) return;
        const binding = (await broker.made('asyncOnlyBinding')).binding();
        expectRefusal(await binding.bind({ service_id: undefined, plan_id: undefined }), 400);
      },
    },
    {
      number: 160,
      level: 'OPEN',
      endpoint: 'provision',
      section: 'Provisioning › Parameters',
      since: '2.13',
      title: 'does not look for accepts_incomplete in bodies',
      needs: ['asyncOnly'],
      check: async (broker) => {
        const instance = broker.instance('asyncOnly');
        expectAsyncRequired(await instance.provision({ accepts_incomplete: true }));
        await expectNeverMade(instance);
      },
    },
  ],
};
