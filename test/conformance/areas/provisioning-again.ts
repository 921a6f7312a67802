import { expectObject, expectRefusal, expectSame, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import { createdLater, createdTwice, creates, heldCreate, madeWith, otherAttributes } from '../stories/creates.js';
import { whileCreating } from '../stories/while-running.js';
import type { Answer } from '../wire/answer.js';

const section = 'Provisioning › Response';
const incomplete = { incomplete: true };

/** A refusal, where there was anything to refuse. */
function expectConflict(answer: Answer | undefined): void {
  if (answer) expectRefusal(answer, 409);
}

/** A create, and the same id again: as it was, and with something that differs. */
export const provisionedAgain: readonly Row[] = [
  {
    number: 221,
    level: 'MUST',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'answers 201 with a JSON object when it made an instance at once',
    needs: ['sync'],
    check: async (broker) => {
      const { first } = await broker.once(createdTwice);
      expectStatus(first, 201);
      expectObject(first);
    },
  },
  {
    number: 222,
    level: 'MUST',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'answers 202 with a JSON object to a create it finishes later',
    needs: ['async'],
    check: async (broker) => {
      const { accepted } = await broker.once(createdLater);
      expectStatus(accepted, 202);
      expectObject(accepted);
    },
  },
  {
    number: 223,
    level: 'SHOULD',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'answers 200 to the same create again, with the dashboard and the metadata of the first answer',
    needs: ['sync'],
    check: async (broker) => {
      const { first, again } = await broker.once(createdTwice);
      expectStatus(again, 200);
      expectSame(first, again, 'dashboard_url', 'metadata');
    },
  },
  {
    number: 224,
    level: 'SHOULD',
    endpoint: 'provision',
    section,
    since: '2.17',
    title: 'answers 200 also where the same create is sent again with accepts_incomplete, when it is over',
    needs: ['any'],
    check: async (broker) => {
      for (const { again } of await broker.once(creates)) expectStatus(again, 200);
    },
  },
  {
    number: 225,
    level: 'MUST',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'answers 202 with the same operation to the same create while it runs',
    needs: ['slowCreate'],
    check: async (broker) => {
      const { accepted, again } = await broker.once(whileCreating);
      expectStatus(again, 202);
      expectSame(accepted, again, 'operation');
    },
  },
  {
    number: 226,
    level: 'OPEN',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'answers the same create without accepts_incomplete by its end or by 422 AsyncRequired, never well before the end',
    needs: ['slowCreate'],
    // The reference asks for 422; a gateway that waits on behalf of its callers lets this one wait as well.
    check: async (broker) => {
      const { held, polledAfterwards } = await broker.once(heldCreate);
      if (held.status === 422) return expectRefusal(held, 422, 'AsyncRequired');
      expectStatus(held, 200, 201);
      expectThat(polledAfterwards.body['state'] !== 'in progress', `${held.story} while ${polledAfterwards.story}; expected it at the end`);
    },
  },
  {
    number: 227,
    level: 'MUST',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'answers 409 to the id of an instance with another plan',
    needs: ['sync', 'otherPlan'],
    check: async (broker) => expectConflict((await broker.once(otherAttributes)).otherPlan),
  },
  {
    number: 228,
    level: 'MUST',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'answers 409 to the id of an instance with another service',
    needs: ['sync', 'otherService'],
    check: async (broker) => expectConflict((await broker.once(otherAttributes)).otherService),
  },
  {
    number: 229,
    level: 'MUST',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'answers 409 to the id of an instance with a parameter that is another, new or left out',
    needs: ['sync'],
    check: async (broker) => {
      const own = broker.cast('sync').create;
      const instance = await madeWith(broker, 'sync', { ...own, conformance: { deep: [1, 2] } });
      for (const other of [{ conformance: { deep: [1, 3] } }, { conformance: { deep: [1, 2] }, more: 1 }, {}]) {
        expectRefusal(await instance.provision({ parameters: { ...own, ...other } }, incomplete), 409);
      }
    },
  },
  {
    number: 230,
    level: 'MUST*',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'answers 409 to the id of an instance with another organization or space',
    needs: ['sync'],
    check: async (broker) => {
      const { otherOrganization, otherSpace } = await broker.once(otherAttributes);
      expectConflict(otherOrganization);
      expectConflict(otherSpace);
    },
  },
  {
    number: 231,
    level: 'OPEN',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'compares parameters by their JSON values: order, blanks and the spelling of numbers do not count',
    needs: ['sync'],
    check: async (broker) => {
      const own = broker.cast('sync').create;
      const instance = await madeWith(broker, 'sync', { ...own, conformance: { one: 1, two: [20, 'x'] } });
      const members = Object.entries(own ?? {}).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)},`);
      for (const spelt of ['{"two":[20,"x"],"one":1}', '{ "one" : 1,\n\t"two": [ 20, "x" ] }', '{"one":1.0,"two":[2e1,"\\u0078"]}']) {
        const { parameters: _none, ...body } = instance.provisionBody;
        const raw = `${JSON.stringify(body).slice(0, -1)},"parameters":{${members.join('')}"conformance":${spelt}}}`;
        expectStatus(await instance.provision({}, { ...incomplete, raw }), 200);
      }
    },
  },
  {
    number: 232,
    level: 'OPEN',
    endpoint: 'provision',
    section,
    since: '2.13',
    title: 'takes no parameters and an empty object of parameters for the same',
    needs: ['any'],
    check: async (broker) => {
      if (broker.cast('any').create) throw new Inapplicable('the plan any needs parameters, as the profile says');
      const [without, withEmpty] = [await broker.made('any'), await madeWith(broker, 'any', {})];
      expectStatus(await without.provision({ parameters: {} }, incomplete), 200);
      expectStatus(await withEmpty.provision({}, incomplete), 200);
    },
  },
  {
    number: 233,
    level: 'OPEN',
    endpoint: 'provision',
    section: 'Provisioning › Body; profile › Context Object',
    since: '2.15',
    title: 'answers 200 to the same create with another context, since names in it may change',
    needs: ['any'],
    check: async (broker) => {
      const instance = broker.instance('any');
      const named = (name: string) => ({
        context: { platform: 'cloudfoundry', instance_name: name, space_name: name, instance_annotations: { 'example.com/name': name } },
      });
      await instance.settled(await instance.provision(named('before'), incomplete));
      expectStatus(await instance.provision(named('after'), incomplete), 200);
    },
  },
  {
    number: 234,
    level: 'OPEN',
    endpoint: 'provision',
    section: 'Provisioning › Body; Maintenance Info Object',
    since: '2.15',
    title: 'answers 200 to the same create by another user, or with another description of the same version',
    needs: ['withMaintenance'],
    check: async (broker) => {
      const instance = broker.instance('withMaintenance');
      const { version } = instance.cast.plan['maintenance_info'] as { version: string };
      const by = (user: string) => ({ headers: { 'X-Broker-API-Originating-Identity': `cloudfoundry ${btoa(JSON.stringify({ user_id: user }))}` } });
      const described = (description: string) => ({ maintenance_info: { version, description } });
      await instance.settled(await instance.provision(described('before'), { ...incomplete, ...by('one') }));
      expectStatus(await instance.provision(described('after'), { ...incomplete, ...by('one') }), 200);
      expectStatus(await instance.provision(described('before'), { ...incomplete, ...by('another') }), 200);
    },
  },
  {
    number: 235,
    level: 'MUST',
    endpoint: 'provision',
    section,
    since: '2.15',
    title: 'answers 409 to the id of an instance with other attributes while it is made',
    needs: ['slowCreate'],
    check: async (broker) => {
      const { otherParameters, otherPlan } = await broker.once(whileCreating);
      expectConflict(otherParameters);
      expectConflict(otherPlan);
    },
  },
  {
    number: 236,
    level: 'MUST',
    endpoint: 'provision',
    section: 'Provisioning › Response; Service Broker Errors',
    since: '2.13',
    title: 'leaves an instance as it was when it answers 409 to its id, with a JSON object',
    needs: ['sync'],
    check: async (broker) => {
      const { before, after, again, ...refused } = await broker.once(otherAttributes);
      for (const answer of [refused.otherPlan, refused.otherService, refused.otherOrganization, refused.otherSpace]) expectConflict(answer);
      if (before && after) expectSame(before, after, 'plan_id', 'service_id', 'parameters', 'dashboard_url');
      expectStatus(again, 200);
    },
  },
];
