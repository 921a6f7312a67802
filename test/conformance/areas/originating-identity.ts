import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Binding, Instance } from '../broker/resources.js';
import { expectStatus } from '../expecting.js';
import type { Area } from '../row.js';
import { expectAccepted } from '../stories/changes.js';
import { CHANGES, everywhere, READS } from '../stories/every-call.js';
import { expectWholeLife } from '../stories/whole-life.js';
import type { JsonObject } from '../wire/answer.js';
import type { Ask } from '../wire/http-client.js';

const NAME = 'X-Broker-API-Originating-Identity';
const section = 'Originating Identity';
const profile = 'Profile › Originating Identity Header';

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const cloudFoundry = (user: JsonObject): string => `cloudfoundry ${base64(user)}`;
const kubernetes = (user: JsonObject): string => `kubernetes ${base64(user)}`;

const USER = cloudFoundry({ user_id: '683ea748-3092-4ff4-b656-39cacc4d5360' });
const GROUPS = ['system:authenticated', 'system:masters'];

/** Identities that are none: no value, no platform, no base64, no JSON, no object. */
const MALFORMED = [
  '',
  'cloudfoundry',
  base64({ user_id: 'u' }),
  'cloudfoundry !!!',
  `cloudfoundry ${Buffer.from('{"user_id":').toString('base64')}`,
  `cloudfoundry ${base64(['u'])}`,
  `cloudfoundry ${base64('u')}`,
];

const from = (identity: string): Pick<Ask, 'headers'> => ({ headers: { [NAME]: identity } });

/** A create in the name of each of these is carried out. */
async function expectMadeFor(broker: BrokerUnderTest, identities: readonly string[], changes: JsonObject = {}): Promise<Instance | undefined> {
  const made = await Promise.all(
    identities.map(async (identity) => {
      const instance = broker.instance('any');
      await expectAccepted(instance, await instance.provision(changes, { ...from(identity), incomplete: true }), [201, 202]);
      return instance;
    }),
  );
  return made[0];
}

async function expectBoundFor(binding: Binding, identity: string, changes: JsonObject): Promise<void> {
  await expectAccepted(binding, await binding.bind(changes, { ...from(identity), incomplete: true }), [201, 202]);
}

/** The header X-Broker-API-Originating-Identity. */
export const originatingIdentity: Area = {
  code: 'OID',
  rows: [
    {
      number: 26,
      level: 'MUST*',
      endpoint: CHANGES,
      section,
      since: '2.13',
      title: 'carries out changes in the name of a user of Cloud Foundry',
      needs: ['any'],
      check: (broker) => expectWholeLife(broker, { [NAME]: USER }),
    },
    {
      number: 27,
      level: 'MUST*',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'carries out requests that name nobody',
      needs: ['any'],
      check: (broker) => expectWholeLife(broker, { [NAME]: undefined }),
    },
    {
      number: 28,
      level: 'MUST*',
      endpoint: READS,
      section: 'Headers',
      since: '2.15',
      title: 'answers reads with an identity as it answers those without',
      needs: ['any'],
      check: async (broker) => {
        const without = await everywhere(broker, {}, READS);
        for (const [index, { answer }] of (await everywhere(broker, from(USER), READS)).entries()) {
          expectStatus(answer, without[index]?.answer.status ?? 200);
        }
      },
    },
    {
      number: 29,
      level: 'MUST*',
      endpoint: 'provision',
      section: profile,
      since: '2.13',
      title: 'carries out a create in the name of a user of Kubernetes',
      needs: ['any'],
      check: async (broker) => {
        const user = { username: 'duke', uid: 'c2dde242-5ce4-11e7-988c-000c2946f14f', groups: GROUPS, extra: { scopes: ['read', 'write'] } };
        await expectMadeFor(broker, [kubernetes(user), kubernetes({ ...user, uid: '', groups: [], extra: {} })]);
      },
    },
    {
      number: 30,
      level: 'MUST*',
      endpoint: 'provision',
      section: profile,
      since: '2.13',
      title: 'carries out a create in the name of a user with members nobody knows',
      needs: ['any'],
      check: async (broker) => {
        const more = { 'x-vendor': { any: ['thing', 1, null] }, user_name: 'Zoë' };
        await expectMadeFor(broker, [cloudFoundry({ user_id: 'u', ...more }), kubernetes({ username: 'u', uid: 'u', groups: [], extra: {}, ...more })]);
      },
    },
    {
      number: 31,
      level: 'MUST*',
      endpoint: 'provision',
      section,
      since: '2.13',
      title: 'carries out a create in the name of a user of a platform nobody knows',
      needs: ['any'],
      check: async (broker) => void (await expectMadeFor(broker, [`acme ${base64({})}`, `acme-2 ${base64({ id: 7 })}`])),
    },
    {
      number: 32,
      level: 'OPEN',
      endpoint: 'provision',
      section,
      since: '2.13',
      title: 'leaves an identity that cannot be read aside, and carries the create out',
      needs: ['any'],
      check: async (broker) => void (await expectMadeFor(broker, MALFORMED)),
    },
    {
      number: 33,
      level: 'OPEN',
      endpoint: ['provision', 'update', 'bind'],
      section: `${section}; ${profile}`,
      since: '2.13',
      title: 'carries out requests whose identity is of another platform than their context',
      needs: ['any'],
      check: async (broker) => {
        const other = { context: { platform: 'kubernetes', namespace: 'conformance', clusterid: '644e1dd7-2a7f-18fb-b8ed-ed78c3f92c2b' } };
        const instance = await expectMadeFor(broker, [USER], other);
        const context = broker.parts.has('contextUpdates') ? other : {};
        if (instance) await expectAccepted(instance, await instance.update(context, { ...from(USER), incomplete: true }), [200, 202]);
        if (broker.parts.has('anyBindable')) await expectBoundFor((await broker.made('anyBindable')).binding(), USER, other);
      },
    },
    {
      number: 34,
      level: 'OPEN',
      endpoint: 'provision',
      section,
      since: '2.13',
      title: 'carries out a create with an identity of 20 KB: some users are in many groups',
      needs: ['any'],
      check: async (broker) => {
        const groups = Array.from({ length: 700 }, (_none, index) => `cluster:team-${String(index).padStart(5, '0')}`);
        await expectMadeFor(broker, [kubernetes({ username: 'duke', uid: 'u', groups, extra: {} })]);
      },
    },
    {
      number: 35,
      level: 'OPEN',
      endpoint: 'provision',
      section,
      since: '2.13',
      title: 'carries out creates whose identity is base64 with padding, and without',
      needs: ['any'],
      check: async (broker) => {
        const users = ['u', 'us', 'use'].map((user_id) => cloudFoundry({ user_id }));
        await expectMadeFor(broker, users.flatMap((each) => [each, each.replaceAll('=', '')]));
      },
    },
    {
      number: 36,
      level: 'MUST*',
      endpoint: 'deprovision',
      section,
      since: '2.13',
      title: 'carries out a delete that names nobody, of what was made in the name of a user',
      needs: ['any'],
      check: async (broker) => {
        const instance = await expectMadeFor(broker, [USER]);
        if (instance) await expectAccepted(instance, await instance.deprovision({ incomplete: true }), [200, 202]);
      },
    },
  ],
};
