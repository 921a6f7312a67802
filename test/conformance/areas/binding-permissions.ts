import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Binding } from '../broker/resources.js';
import { expectNone, expectNoStatus, expectSame, expectStatus, expectThat, Inapplicable, sameJson } from '../expecting.js';
import type { Row } from '../row.js';
import { binds, boundOf, fetchedIfRetrievable, informationIn } from '../stories/binds.js';
import { expectDevices, expectModes, expectMounts, GATED } from '../stories/binding-members.js';
import { expectKind } from '../stories/well-formed.js';
import type { Answer } from '../wire/answer.js';

const section = 'Binding › Body of the response';
const incomplete = { incomplete: true };

/** Answers to binds of services that do not announce this permission. */
async function answersWithout(broker: BrokerUnderTest, permission: string): Promise<Answer[]> {
  const found = (await broker.once(binds)).filter(({ binding }) => {
    const { requires } = binding.instance.cast.service;
    return !(Array.isArray(requires) && requires.includes(permission));
  });
  if (found.length > 0) return found.flatMap(({ first, again }) => [first, again]);
  throw new Inapplicable(`every service that can be bound announces ${permission}`);
}

/** What the broker gives for a binding, with its credentials. */
async function credentialsOf(binding: Binding): Promise<Answer> {
  const first = await binding.settled(await binding.bind({}, incomplete));
  const told = first.status === 202 ? await binding.bind({}, incomplete) : first;
  if ('credentials' in told.body) return told;
  throw new Inapplicable('its bindings have no credentials');
}

/** Whether each answer to a bind that gives volumes has mounts of this shape. */
const eachVolume = async (broker: BrokerUnderTest, expectShape: (answer: Answer) => void): Promise<void> => {
  const { first, again } = await boundOf(broker, 'volume');
  const answers = [first, again].filter(({ body }) => 'volume_mounts' in body);
  expectThat(answers.length > 0, `${first.story}; expected volume_mounts`);
  for (const answer of answers) expectShape(answer);
};

/** What a binding is for: credentials, and what takes a permission in the catalog. */
export const bindPermissions: readonly Row[] = [
  {
    number: 339,
    level: 'MUST',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'gives credentials as a JSON object',
    needs: ['anyBindable'],
    check: async (broker) => {
      const answers = (await broker.once(binds)).flatMap(({ first, again }) => [first, again]).filter(({ body }) => 'credentials' in body);
      if (answers.length === 0) throw new Inapplicable('its bindings have no credentials');
      for (const answer of answers) expectKind(answer, 'credentials', 'object');
    },
  },
  {
    number: 340,
    level: 'SHOULD',
    endpoint: 'bind',
    section: 'Types of Binding › Credentials',
    since: '2.13',
    title: 'gives each binding of an instance credentials of its own',
    needs: ['anyBindable'],
    check: async (broker) => {
      const instance = await broker.made('anyBindable');
      const [one, other] = [await credentialsOf(instance.binding()), await credentialsOf(instance.binding())];
      expectThat(!sameJson(one.body['credentials'], other.body['credentials']), `${other.story}, with the credentials of another binding`);
    },
  },
  {
    number: 341,
    level: 'SHOULD',
    endpoint: ['bind', 'unbind'],
    section: 'Types of Binding › Credentials; Unbinding',
    since: '2.13',
    title: 'leaves the other bindings of an instance as they are when one is removed',
    needs: ['anyBindable'],
    // Whether credentials really work, or do no longer, only their service can tell.
    check: async (broker) => {
      const instance = await broker.made('anyBindable');
      const [kept, removed] = [instance.binding(), instance.binding()];
      const before = await credentialsOf(kept);
      await credentialsOf(removed);
      await removed.settled(await removed.unbind(incomplete));
      const after = await kept.bind({}, incomplete);
      expectStatus(after, 200);
      if ('credentials' in after.body) expectSame(before, after, 'credentials');
      const fetched = await fetchedIfRetrievable(removed);
      if (fetched) expectNoStatus(fetched, 200);
    },
  },
  {
    number: 342,
    level: 'MUST',
    endpoint: 'bind',
    section: 'Types of Binding › Log Drain',
    since: '2.13',
    title: 'gives a syslog_drain_url for a binding of a log drain',
    needs: ['logDrain'],
    check: async (broker) => expectKind(informationIn(await boundOf(broker, 'logDrain')), 'syslog_drain_url', 'text'),
  },
  {
    number: 343,
    level: 'MUST NOT',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'gives no syslog_drain_url where the service does not announce syslog_drain',
    needs: ['anyBindable'],
    check: async (broker) => {
      for (const answer of await answersWithout(broker, 'syslog_drain')) expectNone(answer, GATED.syslog_drain);
    },
  },
  {
    number: 344,
    level: 'MUST',
    endpoint: 'bind',
    section: 'Types of Binding › Route Services',
    since: '2.13',
    title: 'gives a route_service_url for a binding to a route, an https address',
    needs: ['routeService'],
    check: async (broker) => {
      const answer = informationIn(await boundOf(broker, 'routeService'));
      expectKind(answer, 'route_service_url', 'text');
      const url = answer.word('route_service_url') ?? '';
      expectThat(URL.canParse(url) && new URL(url).protocol === 'https:', `${answer.story}; expected an https address`);
    },
  },
  {
    number: 345,
    level: 'MUST NOT',
    endpoint: 'bind',
    section: 'Types of Binding › Route Services',
    since: '2.13',
    title: 'gives no route_service_url for a binding to a route it is sent the requests of by other means',
    needs: ['managedRoutes'],
    check: async (broker) => expectNone(informationIn(await boundOf(broker, 'managedRoutes')), GATED.route_forwarding),
  },
  {
    number: 346,
    level: 'MUST NOT',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'gives no route_service_url where the service does not announce route_forwarding',
    needs: ['anyBindable'],
    check: async (broker) => {
      for (const answer of await answersWithout(broker, 'route_forwarding')) expectNone(answer, GATED.route_forwarding);
    },
  },
  {
    number: 347,
    level: 'MUST',
    endpoint: 'bind',
    section: 'Types of Binding › Volume Services',
    since: '2.13',
    title: 'gives volume_mounts for a binding of a volume',
    needs: ['volume'],
    check: async (broker) => expectKind(informationIn(await boundOf(broker, 'volume')), 'volume_mounts', 'list'),
  },
  {
    number: 348,
    level: 'MUST NOT',
    endpoint: 'bind',
    section,
    since: '2.13',
    title: 'gives no volume_mounts, not even an empty list, where the service does not announce volume_mount',
    needs: ['anyBindable'],
    check: async (broker) => {
      for (const answer of await answersWithout(broker, 'volume_mount')) expectNone(answer, GATED.volume_mount);
    },
  },
  {
    number: 349,
    level: 'MUST',
    endpoint: 'bind',
    section: 'Volume Mount Object',
    since: '2.13',
    title: 'tells of each volume its driver, container_dir, mode, device_type and device',
    needs: ['volume'],
    check: (broker) => eachVolume(broker, expectMounts),
  },
  {
    number: 350,
    level: 'MUST*',
    endpoint: 'bind',
    section: 'Volume Mount Object',
    since: '2.13',
    title: 'gives volumes to read, or to read and write, on shared devices',
    needs: ['volume'],
    check: (broker) => eachVolume(broker, expectModes),
  },
  {
    number: 351,
    level: 'MUST',
    endpoint: 'bind',
    section: 'Volume Mount Object › Device Object',
    since: '2.13',
    title: 'names the volume of a device by a text, and tells how to mount it by an object, if at all',
    needs: ['volume'],
    check: (broker) => eachVolume(broker, expectDevices),
  },
];
