import { planIdOf } from '../broker/offered.js';
import { expectDescription, expectRefusal, Inapplicable } from '../expecting.js';
import type { Area } from '../row.js';
import {
  allPlans,
  expectEach,
  expectNowhere,
  expectUnique,
  expectWhereThere,
  having,
  inside,
  isFlag,
  isText,
  offerings,
  plansOf,
} from '../stories/catalogs.js';
import { expectAccepted } from '../stories/changes.js';
import { isObject } from '../stories/well-formed.js';

const endpoint = 'catalog';
const section = 'Service Plan Object';
const maintenance = 'Maintenance Info Object';
const incomplete = { incomplete: true };
/** Of a whole maintenance_info as JSON: more is refused by Cloud Foundry. */
const MOST_CHARACTERS = 2_000;

/** Semantic Versioning 2.0.0 by its own grammar. */
const SEMANTIC_VERSION = (() => {
  const number = String.raw`(?:0|[1-9]\d*)`;
  const identifier = String.raw`(?:${number}|\d*[A-Za-z-][\dA-Za-z-]*)`;
  const build = String.raw`[\dA-Za-z-]+`;
  const listOf = (one: string): string => String.raw`${one}(?:\.${one})*`;
  return new RegExp(String.raw`^${number}\.${number}\.${number}(?:-${listOf(identifier)})?(?:\+${listOf(build)})?$`);
})();

/** The plans of the catalog. */
export const plans: Area = {
  code: 'PLN',
  rows: [
    {
      number: 113,
      level: 'MUST',
      endpoint,
      section,
      since: '2.13',
      title: 'gives every plan an id that no other plan of any service has',
      check: async ({ catalog }) => {
        expectEach(allPlans(catalog), 'id', isText, 'a text that is not empty');
        expectUnique(allPlans(catalog), 'id');
      },
    },
    {
      number: 114,
      level: 'MUST',
      endpoint,
      section,
      since: '2.13',
      title: 'gives every plan a name that no other plan of its service has',
      check: async ({ catalog }) => {
        expectEach(allPlans(catalog), 'name', isText, 'a text that is not empty');
        for (const offering of offerings(catalog)) expectUnique(plansOf(offering), 'name');
      },
    },
    {
      number: 115,
      level: 'MUST',
      endpoint,
      section,
      since: '2.13',
      title: 'describes every plan',
      check: async ({ catalog }) => expectEach(allPlans(catalog), 'description', isText, 'a text that is not empty'),
    },
    {
      number: 116,
      level: 'MUST*',
      endpoint,
      section,
      since: '2.13',
      title: 'has an object for the metadata of a plan',
      check: async ({ catalog }) => expectWhereThere(allPlans(catalog), 'metadata', isObject, 'an object'),
    },
    {
      number: 117,
      level: 'MUST*',
      endpoint,
      section,
      since: '2.13',
      title: 'says by true or false whether a plan is free',
      check: async ({ catalog }) => expectWhereThere(allPlans(catalog), 'free', isFlag, 'true or false'),
    },
    {
      number: 118,
      level: 'MUST*',
      endpoint: ['catalog', 'bind'],
      section,
      since: '2.13',
      title: 'binds instances of a plan that says it can be bound, though its service says otherwise',
      needs: ['bindableItself'],
      check: async (broker) => {
        const binding = (await broker.made('bindableItself')).binding();
        await expectAccepted(binding, await binding.bind({}, incomplete), [201, 202]);
      },
    },
    {
      number: 119,
      level: 'OPEN',
      endpoint: ['catalog', 'bind'],
      section: 'Binding',
      since: '2.13',
      title: 'answers 400 to a bind of a plan that cannot be bound, and says so',
      needs: ['notBindable'],
      check: async (broker) => {
        const answer = await (await broker.made('notBindable')).binding().bind({}, incomplete);
        expectRefusal(answer, 400);
        expectDescription(answer);
      },
    },
    {
      number: 120,
      level: 'MUST*',
      endpoint: ['catalog', 'bind'],
      section,
      since: '2.13',
      title: 'binds instances of a plan that does not say whether it can be bound, where its service says that it can',
      needs: ['bindableByService'],
      check: async (broker) => {
        const binding = (await broker.made('bindableByService')).binding();
        await expectAccepted(binding, await binding.bind({}, incomplete), [201, 202]);
      },
    },
    {
      number: 121,
      level: 'MUST*',
      endpoint: ['catalog', 'update'],
      section,
      since: '2.15',
      title: 'changes the plan of an instance where its plan says that this can be done, whatever its service says',
      needs: ['updateable', 'updateTarget'],
      check: async (broker) => {
        const { plan } = broker.cast('updateable');
        if (plan['plan_updateable'] !== true) throw new Inapplicable('its plans leave it to their services whether they can be changed');
        const instance = await broker.made('updateable');
        const answer = await instance.update({ plan_id: planIdOf(broker.cast('updateTarget')) }, incomplete);
        await expectAccepted(instance, answer, [200, 202]);
      },
    },
    {
      number: 122,
      level: 'MUST*',
      endpoint,
      section,
      since: '2.17',
      title: 'says by true or false with a plan, and not with a service, whether bindings can be rotated',
      check: async ({ catalog }) => {
        expectNowhere(offerings(catalog), 'binding_rotatable', 'it with its plans');
        expectWhereThere(allPlans(catalog), 'binding_rotatable', isFlag, 'true or false');
      },
    },
    {
      number: 123,
      level: 'MUST*',
      endpoint,
      section,
      since: '2.15',
      title: 'has a whole number of seconds, of at least one, for the longest polling',
      check: async ({ catalog }) => {
        const rule = (seconds: unknown): boolean => Number.isSafeInteger(seconds) && Number(seconds) > 0;
        expectWhereThere(allPlans(catalog), 'maximum_polling_duration', rule, 'a whole number of at least 1');
      },
    },
    {
      number: 124,
      level: 'MUST',
      endpoint,
      section: maintenance,
      since: '2.15',
      title: 'has an object with a version for the maintenance of a plan',
      check: async ({ catalog }) => {
        const rule = (info: unknown): boolean => isObject(info) && 'version' in info;
        expectWhereThere(allPlans(catalog), 'maintenance_info', rule, 'an object with a version');
      },
    },
    {
      number: 125,
      level: 'MUST',
      endpoint,
      section: maintenance,
      since: '2.15',
      title: 'has a semantic version 2.0 for the maintenance of a plan',
      check: async ({ catalog }) => {
        const rule = (version: unknown): boolean => typeof version === 'string' && SEMANTIC_VERSION.test(version);
        expectEach(inside(having(allPlans(catalog), 'maintenance_info'), 'maintenance_info'), 'version', rule, 'a semantic version 2.0');
      },
    },
    {
      number: 126,
      level: 'SHOULD',
      endpoint,
      section: maintenance,
      since: '2.15',
      title: 'tells by a text what the maintenance of a plan is about, and keeps it short enough for Cloud Foundry',
      check: async ({ catalog }) => {
        const planned = having(allPlans(catalog), 'maintenance_info');
        expectWhereThere(inside(planned, 'maintenance_info'), 'description', isText, 'a text that is not empty');
        const rule = (info: unknown): boolean => JSON.stringify(info).length <= MOST_CHARACTERS;
        expectEach(planned, 'maintenance_info', rule, `no more than ${MOST_CHARACTERS} characters of JSON`);
      },
    },
  ],
};
