import { expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import {
  allPlans,
  expectEach,
  expectNowhere,
  expectUnique,
  expectWhereThere,
  having,
  isFlag,
  isListOf,
  isText,
  offerings,
  plansOf,
} from '../stories/catalogs.js';
import { isObject } from '../stories/well-formed.js';

const section = 'Service Offering Object';
const endpoint = 'catalog';
const MOST_CHARACTERS = 255;
const PERMISSIONS: readonly unknown[] = ['syslog_drain', 'route_forwarding', 'volume_mount'];

/** What each service offering of the catalog tells. */
export const catalogOfferings: readonly Row[] = [
  {
    number: 91,
    level: 'MUST',
    endpoint,
    section,
    since: '2.13',
    title: 'gives every service a name',
    check: async ({ catalog }) => expectEach(offerings(catalog), 'name', isText, 'a text that is not empty'),
  },
  {
    number: 92,
    level: 'MUST',
    endpoint,
    section,
    since: '2.13',
    title: 'gives no two services the same name; names that differ in their capitals are not the same',
    check: async ({ catalog }) => expectUnique(offerings(catalog), 'name'),
  },
  {
    number: 93,
    level: 'SHOULD',
    endpoint,
    section,
    since: '2.15',
    title: 'names services and plans by letters, digits, dots and hyphens only, as a command line likes them',
    check: async ({ catalog }) => {
      const rule = (name: unknown): boolean => /^[a-z0-9.-]+$/i.test(String(name));
      expectEach([...offerings(catalog), ...allPlans(catalog)], 'name', rule, 'letters, digits, dots and hyphens only');
    },
  },
  {
    number: 94,
    level: 'MUST',
    endpoint,
    section,
    since: '2.13',
    title: 'gives every service an id that no other service has',
    check: async ({ catalog }) => {
      expectEach(offerings(catalog), 'id', isText, 'a text that is not empty');
      expectUnique(offerings(catalog), 'id');
    },
  },
  {
    number: 95,
    level: 'MUST',
    endpoint,
    section,
    since: '2.13',
    title: 'describes every service',
    check: async ({ catalog }) => expectEach(offerings(catalog), 'description', isText, 'a text that is not empty'),
  },
  {
    number: 96,
    level: 'MUST',
    endpoint,
    section,
    since: '2.13',
    title: 'says of every service whether it can be bound',
    check: async ({ catalog }) => expectEach(offerings(catalog), 'bindable', isFlag, 'true or false'),
  },
  {
    number: 97,
    level: 'MUST',
    endpoint,
    section,
    since: '2.13',
    title: 'gives every service at least one plan',
    check: async ({ catalog }) => {
      const rule = (plans: unknown): boolean => isListOf(isObject)(plans) && (plans as unknown[]).length > 0;
      expectEach(offerings(catalog), 'plans', rule, 'a list of at least one plan');
    },
  },
  {
    number: 98,
    level: 'MUST*',
    endpoint,
    section,
    since: '2.13',
    title: 'has a list of texts for tags',
    check: async ({ catalog }) =>
      expectWhereThere(offerings(catalog), 'tags', isListOf((tag) => typeof tag === 'string'), 'a list of texts'),
  },
  {
    number: 99,
    level: 'MUST*',
    endpoint,
    section,
    since: '2.13',
    title: 'requires no permissions but syslog_drain, route_forwarding and volume_mount, in a list',
    check: async ({ catalog }) => {
      const rule = isListOf((permission) => PERMISSIONS.includes(permission));
      expectWhereThere(offerings(catalog), 'requires', rule, `a list of ${PERMISSIONS.join(', ')} only`);
    },
  },
  {
    number: 100,
    level: 'MUST*',
    endpoint,
    section,
    since: '2.14',
    title: 'announces by true or false whether instances and bindings can be fetched, or leaves it out',
    check: async ({ catalog }) => {
      const flags = ['instances_retrievable', 'bindings_retrievable'];
      const announcing = having(offerings(catalog), ...flags);
      for (const flag of flags) expectEach(announcing.filter(({ members }) => flag in members), flag, isFlag, 'true or false');
    },
  },
  {
    number: 101,
    level: 'MUST*',
    endpoint,
    section,
    since: '2.15',
    title: 'announces updates of the context by true or false, with the service and not with a plan',
    check: async ({ catalog }) => {
      expectNowhere(allPlans(catalog), 'allow_context_updates', 'it with the service');
      expectWhereThere(offerings(catalog), 'allow_context_updates', isFlag, 'true or false');
    },
  },
  {
    number: 102,
    level: 'MUST*',
    endpoint,
    section,
    since: '2.13',
    title: 'has an object for the metadata of a service',
    check: async ({ catalog }) => expectWhereThere(offerings(catalog), 'metadata', isObject, 'an object'),
  },
  {
    number: 103,
    level: 'MUST',
    endpoint,
    section: 'Profile › Dashboard Client',
    since: '2.13',
    title: 'gives every dashboard client an id nobody else has, a secret and a text for redirect_uri',
    check: async ({ catalog }) => {
      const clients = having(offerings(catalog), 'dashboard_client').map(({ called, members }) => ({ called, client: members['dashboard_client'] }));
      for (const { called, client } of clients) {
        const right = isObject(client) && ['id', 'secret', 'redirect_uri'].every((name) => isText(client[name]));
        expectThat(right, `${called}.dashboard_client (left out: it has a secret) is wrong; expected an object with the texts id, secret and redirect_uri`);
      }
      expectUnique(clients.map(({ called, client }) => ({ called: `${called}.dashboard_client`, members: isObject(client) ? client : {} })), 'id');
    },
  },
  {
    number: 104,
    level: 'MUST*',
    endpoint,
    section,
    since: '2.13',
    title: 'says by true or false whether plans of a service can be changed, and spells it plan_updateable',
    check: async ({ catalog }) => {
      expectNowhere([...offerings(catalog), ...allPlans(catalog)], 'plan_updatable', 'plan_updateable, as platforms read it');
      expectWhereThere(offerings(catalog), 'plan_updateable', isFlag, 'true or false');
    },
  },
  {
    number: 108,
    level: 'SHOULD',
    endpoint,
    section: 'Catalog Management',
    since: '2.14',
    title: `has ids, names and descriptions of no more than ${MOST_CHARACTERS} characters`,
    check: async ({ catalog }) => {
      const entries = offerings(catalog).flatMap((offering) => [offering, ...plansOf(offering)]);
      if (entries.length === 0) throw new Inapplicable('its catalog is empty');
      const rule = (value: unknown): boolean => String(value).length <= MOST_CHARACTERS;
      for (const name of ['id', 'name', 'description']) expectEach(entries, name, rule, `no more than ${MOST_CHARACTERS} characters`);
    },
  },
];
