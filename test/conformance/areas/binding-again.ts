import {
  expectNone,
  expectObject,
  expectRefusal,
  expectSame,
  expectStatus,
  expectThat,
  Inapplicable,
  sameJson,
} from '../expecting.js';
import type { Row } from '../row.js';
import { APP, boundOf, boundTwice, boundWith } from '../stories/binds.js';
import { anotherPlanOf, expectAccepted } from '../stories/changes.js';
import { expectKind } from '../stories/well-formed.js';
import { whileBinding } from '../stories/while-running.js';

const section = 'Binding › Response';
const incomplete = { incomplete: true };

/** What a bind is answered that is through. */
export const INFORMATION = ['credentials', 'syslog_drain_url', 'route_service_url', 'volume_mounts', 'endpoints'] as const;

/** A bind, and the same id again: as it was, and with something that differs. */
export const boundAgain: readonly Row[] = [
  {
    number: 316,
    level: 'MUST',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'answers 201 with a JSON object when it made a binding at once',
    needs: ['bindable'],
    check: async (broker) => {
      const { first } = await broker.once(boundTwice);
      expectStatus(first, 201);
      expectObject(first);
    },
  },
  {
    number: 317,
    level: 'MUST',
    endpoint: 'bind',
    section,
    since: '2.14',
    title: 'answers 202 to a bind it finishes later, and tells nothing but the operation',
    needs: ['asyncBinding'],
    check: async (broker) => {
      const { first } = await boundOf(broker, 'asyncBinding');
      expectStatus(first, 202);
      const others = Object.keys(expectObject(first)).filter((member) => member !== 'operation');
      expectThat(others.length === 0, `${first.story}; expected no ${others.join(', ')}`);
    },
  },
  {
    number: 318,
    level: 'MUST NOT',
    endpoint: 'bind',
    section: 'Binding › Body of the response',
    since: '2.14',
    title: 'gives nothing a platform could use before the binding is made',
    needs: ['asyncBinding'],
    check: async (broker) => {
      const { first } = await boundOf(broker, 'asyncBinding');
      expectStatus(first, 202);
      expectNone(first, ...INFORMATION);
    },
  },
  {
    number: 319,
    level: 'SHOULD',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'answers 200 to the same bind again, with all it gave in its first answer',
    needs: ['bindable'],
    check: async (broker) => {
      const { first, again } = await broker.once(boundTwice);
      expectStatus(again, 200);
      expectSame(first, again, ...INFORMATION, 'metadata');
    },
  },
  {
    number: 320,
    level: 'SHOULD',
    endpoint: 'bind',
    section,
    since: '2.14',
    title: 'gives the credentials to the same bind again, when it has finished it later',
    needs: ['asyncBinding'],
    check: async (broker) => {
      const { again } = await boundOf(broker, 'asyncBinding');
      expectStatus(again, 200);
      expectKind(again, 'credentials', 'object');
    },
  },
  {
    number: 321,
    level: 'MUST',
    endpoint: 'bind',
    section,
    since: '2.14',
    title: 'answers 202 with the same operation to the same bind while it runs',
    needs: ['slowBind'],
    check: async (broker) => {
      const { accepted, again } = await broker.once(whileBinding);
      expectStatus(again, 202);
      expectSame(accepted, again, 'operation');
    },
  },
  {
    number: 322,
    level: 'MUST',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'answers 409 to the id of a binding with a parameter that is another, new or left out',
    needs: ['anyBindable'],
    check: async (broker) => {
      const own = broker.cast('anyBindable').bind;
      const binding = await boundWith(broker, 'anyBindable', { ...own, conformance: { deep: [1, 2] } });
      for (const other of [{ conformance: { deep: [1, 3] } }, { conformance: { deep: [1, 2] }, more: 1 }, {}]) {
        expectRefusal(await binding.bind({ parameters: { ...own, ...other } }, incomplete), 409);
      }
    },
  },
  {
    number: 323,
    level: 'MUST',
    endpoint: 'bind',
    section,
    since: '2.15',
    title: 'answers 409 to the id of a binding with other parameters while it is made',
    needs: ['slowBind'],
    check: async (broker) => expectRefusal((await broker.once(whileBinding)).other, 409),
  },
  {
    number: 324,
    level: 'OPEN',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'answers 409 to the id of a binding to another app, or with another bind_resource',
    needs: ['anyBindable'],
    check: async (broker) => {
      const instance = await broker.made('anyBindable');
      const [toApp, toNothing] = [instance.binding(), instance.binding()];
      const app = { app_guid: APP, bind_resource: { app_guid: APP } };
      const other = 'another-app';
      await toApp.settled(await toApp.bind(app, incomplete));
      const another = { app_guid: other, bind_resource: { app_guid: other } };
      const more = { ...app, bind_resource: { app_guid: APP, space_guid: 'a-space' } };
      for (const changes of [another, { bind_resource: { app_guid: other } }, more, {}]) {
        expectRefusal(await toApp.bind(changes, incomplete), 409);
      }
      await toNothing.settled(await toNothing.bind({}, incomplete));
      expectRefusal(await toNothing.bind(app, incomplete), 409);
    },
  },
  {
    number: 325,
    level: 'OPEN',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'answers 409 to the id of a binding with another plan or service of the catalog',
    needs: ['anyBindable', 'otherService'],
    check: async (broker) => {
      const { binding } = await boundOf(broker, 'anyBindable');
      const { service, plan } = broker.cast('otherService');
      expectRefusal(await binding.bind({ plan_id: anotherPlanOf(binding.instance.cast) }, incomplete), 409);
      if (service['id'] === binding.instance.serviceId) throw new Inapplicable('the plans anyBindable and otherService are of one service');
      expectRefusal(await binding.bind({ service_id: service['id'], plan_id: plan['id'] }, incomplete), 409);
    },
  },
  {
    number: 326,
    level: 'OPEN',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'answers 200 to the same bind with another context, since names in it may change',
    needs: ['anyBindable'],
    check: async (broker) => {
      const binding = (await broker.made('anyBindable')).binding();
      const named = (name: string) => ({ context: { platform: 'cloudfoundry', space_name: name, space_annotations: { 'example.com/name': name } } });
      await binding.settled(await binding.bind(named('before'), incomplete));
      expectStatus(await binding.bind(named('after'), incomplete), 200);
      expectStatus(await binding.bind({}, incomplete), 200);
    },
  },
  {
    number: 327,
    level: 'OPEN',
    endpoint: 'bind',
    section: 'Binding › Route',
    since: '2.13',
    title: 'takes the id of a binding of another instance for a binding of its own, or answers 409, and never mixes the two',
    needs: ['anyBindable'],
    check: async (broker) => {
      const first = await broker.bound('anyBindable');
      const before = await first.bind({}, incomplete);
      const second = (await broker.made('anyBindable')).binding(first.id);
      const answer = await second.bind({}, incomplete);
      if (answer.status === 409) return void expectObject(answer);
      await expectAccepted(second, answer, [201, 202]);
      const credentials = (await second.bind({}, incomplete)).body['credentials'];
      const mixed = credentials !== undefined && sameJson(credentials, before.body['credentials']);
      expectThat(!mixed, `${answer.story}, with the credentials of the binding of another instance`);
      await second.settled(await second.unbind(incomplete));
      const after = await first.bind({}, incomplete);
      expectStatus(after, 200);
      if ('credentials' in after.body) expectSame(before, after, 'credentials');
    },
  },
];
