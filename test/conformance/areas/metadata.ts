import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Area } from '../row.js';
import {
  allPlans,
  expectEach,
  expectKept,
  expectWhereThere,
  having,
  inside,
  isFlag,
  isListOf,
  isText,
  offerings,
  type Entry,
  type Rule,
} from '../stories/catalogs.js';
import { isObject } from '../stories/well-formed.js';
import type { JsonObject } from '../wire/answer.js';

const endpoint = 'catalog';
const ofServices = 'Profile › Service Metadata';
const ofPlans = 'Profile › Service Plan Metadata';

/** What the profile gives a meaning, of services and of plans. */
const KNOWN = new Set([
  'displayName',
  'longDescription',
  'providerDisplayName',
  'imageUrl',
  'documentationUrl',
  'supportUrl',
  'shareable',
  'bullets',
  'costs',
]);

const serviceMetadata = (catalog: JsonObject): Entry[] => inside(offerings(catalog), 'metadata');
const planMetadata = (catalog: JsonObject): Entry[] => inside(allPlans(catalog), 'metadata');

const isPage: Rule = (value) => typeof value === 'string' && /^https?:/i.test(value) && URL.canParse(value);
const isImage: Rule = (value) => isPage(value) || (typeof value === 'string' && /^data:image\/[^,]+,/i.test(value));

const isCost: Rule = (cost) => {
  if (!isObject(cost) || !isText(cost['unit']) || !isObject(cost['amount'])) return false;
  const amounts = Object.values(cost['amount']);
  return amounts.length > 0 && amounts.every((amount) => typeof amount === 'number');
};

/** Metadata by convention of the profile. */
export const metadata: Area = {
  code: 'META',
  rows: [
    {
      number: 139,
      level: 'SHOULD',
      endpoint,
      section: ofServices,
      since: '2.13',
      title: 'has texts for displayName, longDescription and providerDisplayName of a service',
      check: async ({ catalog }) => {
        const names = ['displayName', 'longDescription', 'providerDisplayName'];
        const described = having(serviceMetadata(catalog), ...names);
        for (const name of names) expectEach(telling(described, name), name, isText, 'a text that is not empty');
      },
    },
    {
      number: 140,
      level: 'SHOULD',
      endpoint,
      section: ofServices,
      since: '2.13',
      title: 'has URLs for documentationUrl and supportUrl of a service, and one of an image or an image itself for imageUrl',
      check: async ({ catalog }) => {
        const pages = ['documentationUrl', 'supportUrl'];
        const linked = having(serviceMetadata(catalog), ...pages, 'imageUrl');
        for (const name of pages) expectEach(telling(linked, name), name, isPage, 'a URL of the web');
        expectEach(telling(linked, 'imageUrl'), 'imageUrl', isImage, 'a URL of the web, or one that holds the image');
      },
    },
    {
      number: 141,
      level: 'SHOULD',
      endpoint,
      section: 'Profile › Cloud Foundry Service Metadata',
      since: '2.14',
      title: 'says by true or false whether instances of a service can be shared; a broker of 2.14 may say it by a text',
      check: async (broker) => expectWhereThere(serviceMetadata(broker.catalog), 'shareable', flagOf(broker), 'true or false'),
    },
    {
      number: 142,
      level: 'SHOULD',
      endpoint,
      section: ofPlans,
      since: '2.13',
      title: 'has a list of texts for the bullets of a plan',
      check: async ({ catalog }) =>
        expectWhereThere(planMetadata(catalog), 'bullets', isListOf((bullet) => typeof bullet === 'string'), 'a list of texts'),
    },
    {
      number: 143,
      level: 'MUST',
      endpoint,
      section: 'Profile › Cost Object',
      since: '2.13',
      title: 'tells every cost of a plan by amounts, which are numbers by their currency, and a unit',
      check: async ({ catalog }) =>
        expectWhereThere(planMetadata(catalog), 'costs', isListOf(isCost), 'a list of objects with an amount, such as {"usd":9.5}, and a unit'),
    },
    {
      number: 144,
      level: 'SHOULD',
      endpoint,
      section: ofPlans,
      since: '2.13',
      title: 'has a text for the displayName of a plan',
      check: async ({ catalog }) => expectWhereThere(planMetadata(catalog), 'displayName', isText, 'a text'),
    },
    {
      number: 145,
      level: 'MUST*',
      endpoint,
      section: 'Service Offering Object',
      since: '2.13',
      title: 'may have metadata nobody knows, and tells it the same every time',
      check: (broker) => expectKept(broker, (catalog) => [...serviceMetadata(catalog), ...planMetadata(catalog)], KNOWN),
    },
  ],
};

const telling = (entries: readonly Entry[], name: string): Entry[] => entries.filter(({ members }) => name in members);

const flagOf =
  ({ target }: BrokerUnderTest): Rule =>
  (value) =>
    isFlag(value) || (target.profile.version === '2.14' && (value === 'true' || value === 'false'));
