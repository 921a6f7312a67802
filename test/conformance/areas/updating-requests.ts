import { expectAccepted } from '../stories/changes.js';
import { expectMember, expectObject, expectRefusal, expectSame, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import { fetchedIfAnnounced, madeWith } from '../stories/creates.js';
import { expectUntouched, madeTelling, told, updatedLater, updatedWith } from '../stories/updates.js';
import { whileUpdating } from '../stories/while-running.js';
import { isObject } from '../stories/well-formed.js';

const section = 'Updating a Service Instance › Response';
const body = 'Updating a Service Instance › Body';
const incomplete = { incomplete: true };
const NOBODYS_ID = 'conformance-nobody-offers-this';

/** What an update asks for, and what has to be in it. */
export const updateRequests: readonly Row[] = [
  {
    number: 283,
    level: 'MUST',
    endpoint: 'update',
    section,
    since: '2.13',
    title: 'answers 200 with a JSON object to an update it carried out at once, and shows the new parameters',
    needs: ['sync'],
    check: async (broker) => {
      const instance = await madeWith(broker, 'sync', { ...broker.cast('sync').create, conformance: 'before' });
      const answer = await updatedWith(instance, { conformance: 'after' });
      expectStatus(answer, 200);
      expectObject(answer);
      const parameters = (await fetchedIfAnnounced(instance))?.body['parameters'];
      const shown = isObject(parameters) ? parameters['conformance'] : 'after';
      expectThat(shown === 'after', `after ${answer.story} the parameters are ${JSON.stringify(parameters)}; expected the new ones`);
    },
  },
  {
    number: 284,
    level: 'MAY',
    endpoint: 'update',
    section,
    since: '2.15',
    title: 'answers 200 to an update that changes nothing',
    needs: ['sync'],
    check: async (broker) => {
      const instance = await broker.made('sync');
      expectStatus(await instance.update({ parameters: undefined }), 200);
      expectStatus(await instance.update({ parameters: undefined, plan_id: instance.planId }), 200);
    },
  },
  {
    number: 285,
    level: 'MUST',
    endpoint: 'update',
    section,
    since: '2.13',
    title: 'answers 202 with a JSON object to an update it finishes later',
    needs: ['async'],
    check: async (broker) => {
      const { accepted, ended } = await broker.once(updatedLater);
      expectStatus(accepted, 202);
      expectObject(accepted);
      expectThat(ended?.body['state'] === 'succeeded', `${ended?.story ?? 'it was not polled'}; expected the update to go well`);
    },
  },
  {
    number: 286,
    level: 'MUST',
    endpoint: 'update',
    section,
    since: '2.13',
    title: 'answers 202 with the same operation to the same update while it runs',
    needs: ['slowUpdate'],
    check: async (broker) => {
      const { accepted, again } = await broker.once(whileUpdating);
      expectStatus(again, 202);
      expectSame(accepted, again, 'operation');
    },
  },
  {
    number: 287,
    level: 'MUST',
    endpoint: 'update',
    section,
    since: '2.13',
    title: 'answers 400 to an update without service_id, or with an empty one',
    needs: ['any'],
    check: async (broker) => {
      const instance = await broker.made('any');
      for (const missing of [undefined, '']) expectRefusal(await instance.update({ service_id: missing }, incomplete), 400);
    },
  },
  {
    number: 288,
    level: 'MUST',
    endpoint: 'update',
    section,
    since: '2.13',
    title: 'answers 400 to an update whose body is no JSON object, or has members of a wrong type',
    needs: ['any'],
    check: async (broker) => {
      const instance = await madeTelling(broker, 'any');
      await expectUntouched(instance, async () => {
        for (const raw of ['{"service_id":', '[]', '"text"', 'null', '']) expectRefusal(await instance.update({}, { ...incomplete, raw }), 400);
        for (const wrong of [{ plan_id: 7 }, { parameters: 'text' }, { parameters: ['a'] }, { context: 'text' }]) {
          expectRefusal(await instance.update(wrong, incomplete), 400);
        }
      });
    },
  },
  {
    number: 289,
    level: 'OPEN',
    endpoint: 'update',
    section,
    since: '2.13',
    title: 'answers 404 to an update of an instance it does not know',
    needs: ['any'],
    check: async (broker) => expectRefusal(await broker.instance('any').update({}, incomplete), 404),
  },
  {
    number: 290,
    level: 'OPEN',
    endpoint: 'update',
    section: 'Previous Values Object',
    since: '2.13',
    title: 'answers 400 to an update that names another service, since an instance keeps its own',
    needs: ['sync', 'otherService'],
    check: async (broker) => {
      const { service, plan } = broker.cast('otherService');
      const instance = await broker.made('sync');
      await expectUntouched(instance, async () => {
        expectRefusal(await instance.update({ service_id: service['id'] }, incomplete), 400);
        expectRefusal(await instance.update({ service_id: service['id'], plan_id: plan['id'] }, incomplete), 400);
      });
    },
  },
  {
    number: 291,
    level: 'MUST NOT',
    endpoint: 'update',
    section: body,
    since: '2.13',
    title: 'does not change the plan in an update without plan_id, be it the first plan or not',
    needs: ['updateable', 'updateTarget'],
    check: async (broker) => {
      const instance = await broker.made('updateable');
      await expectAccepted(instance, await instance.update({}, incomplete), [200, 202]);
      expectMember(await told(instance), 'plan_id', instance.planId);
      const target = broker.cast('updateTarget').plan['id'];
      await expectAccepted(instance, await instance.update({ plan_id: target }, incomplete), [200, 202]);
      await expectAccepted(instance, await instance.update({}, incomplete), [200, 202]);
      expectMember(await told(instance), 'plan_id', target);
    },
  },
  {
    number: 292,
    level: 'MUST NOT',
    endpoint: 'update',
    section: body,
    since: '2.13',
    title: 'does not change the parameters in an update without parameters',
    needs: ['any'],
    check: async (broker) => {
      const instance = await madeWith(broker, 'any', { ...broker.cast('any').create, conformance: { kept: [1, 2] } });
      const before = await told(instance);
      if (!isObject(before.body['parameters'])) throw new Inapplicable('it does not tell the parameters of an instance');
      await expectAccepted(instance, await instance.update({ parameters: undefined }, incomplete), [200, 202]);
      expectSame(before, await told(instance), 'parameters');
    },
  },
  {
    number: 293,
    level: 'MAY',
    endpoint: 'update',
    section,
    since: '2.16',
    title: 'answers 400 to an update to a plan the service does not have',
    needs: ['sync'],
    check: async (broker) => {
      const instance = await broker.made('sync');
      const elsewhere = broker.parts.get('otherService')?.plan['id'];
      await expectUntouched(instance, async () => {
        for (const plan of [NOBODYS_ID, ...(elsewhere === undefined ? [] : [elsewhere])]) {
          expectRefusal(await instance.update({ plan_id: plan }, incomplete), 400);
        }
      });
    },
  },
  {
    number: 294,
    level: 'MAY',
    endpoint: 'update',
    section,
    since: '2.16',
    title: 'answers 400 to an update that names a service which is not in its catalog',
    needs: ['any'],
    check: async (broker) => {
      const instance = await broker.made('any');
      expectRefusal(await instance.update({ service_id: NOBODYS_ID }, incomplete), 400);
    },
  },
  {
    number: 295,
    level: 'MUST*',
    endpoint: 'update',
    section: body,
    since: '2.13',
    title: 'answers 400 to an update to an empty plan_id, and takes null for none or answers 400 to it as well',
    needs: ['any'],
    check: async (broker) => {
      const instance = await broker.made('any');
      await expectUntouched(instance, async () => {
        expectRefusal(await instance.update({ plan_id: '' }, incomplete), 400);
        const answer = await instance.update({ plan_id: null, parameters: undefined }, incomplete);
        if (answer.status === 400) return expectRefusal(answer, 400);
        await expectAccepted(instance, answer, [200, 202]);
      });
    },
  },
];
