import { basic, BrokerUnderTest, type Login } from '../broker/broker-under-test.js';
import { sweep } from '../broker/sweep.js';
import { expectObject, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Area } from '../row.js';
import type { Endpoint } from '../specification.js';
import { everywhere } from '../stories/every-call.js';
import { expectNeverMade } from '../stories/refused-changes.js';
import { expectWholeLife } from '../stories/whole-life.js';
import type { Answer } from '../wire/answer.js';
import type { Ask } from '../wire/http-client.js';

const section = 'Platform to Service Broker Authentication';
const NOBODY = { username: 'conformance-nobody', password: 'conformance-nobodys-password' };
const WITH_BODIES: readonly Endpoint[] = ['provision', 'update', 'bind'];

/** With this value, or without the header. */
const authorized = (authorization: string | undefined): Pick<Ask, 'headers'> => ({ headers: { Authorization: authorization } });

function loginOf({ target }: BrokerUnderTest): Login {
  if (target.login) return target.login;
  throw new Error('the row uses the login without needing it');
}

/** Each of these values is turned away with 401 by every call, or by some. */
async function expectTurnedAway(
  broker: BrokerUnderTest,
  values: readonly (string | undefined)[],
  more: Ask = {},
  endpoints?: readonly Endpoint[],
): Promise<Answer[]> {
  const replies = await Promise.all(values.map((value) => everywhere(broker, { ...authorized(value), ...more }, endpoints)));
  const answers = replies.flat().map(({ answer }) => answer);
  for (const answer of answers) expectStatus(answer, 401);
  return answers;
}

/** No login, and a wrong one. */
const strangers = [undefined, basic(NOBODY)];

const isHard = ({ password }: Login): boolean => password.includes(':') && /[^\0-\x7f]/.test(password);

/** What platforms log in with, and how they get there. */
export const authentication: Area = {
  code: 'AUTH',
  rows: [
    {
      number: 14,
      level: 'MUST',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'answers 401 to requests without a login',
      needs: ['any', 'login'],
      check: async (broker) => void (await expectTurnedAway(broker, [undefined])),
    },
    {
      number: 15,
      level: 'MUST',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'answers 401 to the right password with a wrong user name',
      needs: ['any', 'login'],
      check: async (broker) => {
        const { password } = loginOf(broker);
        await expectTurnedAway(broker, [NOBODY.username, ''].map((username) => basic({ username, password })));
      },
    },
    {
      number: 16,
      level: 'MUST',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'answers 401 to the right user name with a wrong password',
      needs: ['any', 'login'],
      check: async (broker) => {
        const { username, password } = loginOf(broker);
        const wrong = [NOBODY.password, '', `${password}x`, password.slice(0, -1)];
        await expectTurnedAway(broker, wrong.map((each) => basic({ username, password: each })));
      },
    },
    {
      number: 17,
      level: 'MUST*',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'answers 401 to logins that cannot be read',
      needs: ['any', 'login'],
      check: async (broker) => {
        const withoutColon = Buffer.from(loginOf(broker).username).toString('base64');
        await expectTurnedAway(broker, ['', 'Basic', 'Basic !!!', `Basic ${withoutColon}`, `Acme ${withoutColon}`]);
      },
    },
    {
      number: 18,
      level: 'MUST*',
      endpoint: 'every',
      section: `${section}; RFC 7617`,
      since: '2.13',
      title: 'reads the whole password, also past a colon and as UTF-8',
      needs: ['any', 'login'],
      check: async (broker) => {
        const { login, profile } = broker.target;
        const logins = [login, profile.otherLogin].filter((each) => each !== undefined && isHard(each));
        if (logins.length === 0) throw new Inapplicable('no password of the run has both a colon and a character beyond ASCII');
        for (const { username, password } of logins as readonly Login[]) {
          expectStatus(await broker.send('GET', '/v2/catalog', authorized(basic({ username, password }))), 200);
          const mangled = [password.slice(0, password.indexOf(':')), password.replaceAll(/[^\0-\x7f]/g, '?')];
          await expectTurnedAway(broker, mangled.map((each) => basic({ username, password: each })), {}, ['catalog']);
        }
      },
    },
    {
      number: 19,
      level: 'MUST*',
      endpoint: WITH_BODIES,
      section,
      since: '2.13',
      title: 'looks at the login before the body: answers 401 to strangers, whatever they send',
      needs: ['any', 'login'],
      check: async (broker) => {
        for (const raw of ['', '{"service_id":', '[]']) await expectTurnedAway(broker, strangers, { raw }, WITH_BODIES);
      },
    },
    {
      number: 20,
      level: 'OPEN',
      endpoint: ['fetch instance', 'last operation', 'fetch binding', 'last operation of a binding', 'deprovision', 'unbind'],
      section,
      since: '2.13',
      title: 'does not tell strangers what exists: answers 401 where it would answer 404 or 410 to others',
      needs: ['any', 'login'],
      check: async (broker) => {
        const instance = broker.instance('any');
        const binding = instance.binding();
        for (const ask of strangers.map(authorized)) {
          const answers = await Promise.all([
            instance.fetch(ask),
            instance.lastOperation(undefined, ask),
            instance.deprovision(ask),
            binding.fetch(ask),
            binding.lastOperation(undefined, ask),
            binding.unbind(ask),
          ]);
          for (const answer of answers) expectStatus(answer, 401);
        }
      },
    },
    {
      number: 21,
      level: 'OPEN',
      endpoint: 'every',
      section: `${section}; RFC 7235`,
      since: '2.13',
      title: 'answers 401 with a JSON object, and tells in WWW-Authenticate how to log in',
      needs: ['any', 'login'],
      check: async (broker) => {
        for (const answer of await expectTurnedAway(broker, strangers)) {
          expectObject(answer);
          expectThat(/^\S+/.test(answer.header('WWW-Authenticate') ?? ''), `${answer.story}; expected the header WWW-Authenticate`);
        }
      },
    },
    {
      number: 22,
      level: 'MUST',
      endpoint: 'provision',
      section: 'Service Broker Errors',
      since: '2.14',
      title: 'makes nothing for strangers: a delete after a create that was answered 401 finds nothing',
      needs: ['any', 'login'],
      check: async (broker) => {
        for (const ask of strangers.map(authorized)) {
          const instance = broker.instance('any');
          expectStatus(await instance.provision({}, { ...ask, incomplete: true }), 401);
          await expectNeverMade(instance);
        }
      },
    },
    {
      number: 23,
      level: 'MAY',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'may take other logins than names and passwords, and answers 401 to tokens nobody was given',
      needs: ['any', 'login'],
      check: async (broker) => void (await expectTurnedAway(broker, ['Bearer conformance-nobodys-token'])),
    },
    {
      number: 24,
      level: 'MAY',
      endpoint: 'every',
      section: 'API Overview',
      since: '2.13',
      title: 'serves a second platform with a login of its own on every call',
      needs: ['any', 'otherLogin'],
      check: async ({ target }) => {
        const other = await BrokerUnderTest.meet({ ...target, login: target.profile.otherLogin });
        try {
          await expectWholeLife(other, {});
        } finally {
          await sweep(other);
          other.close();
        }
      },
    },
    {
      number: 25,
      level: 'SHOULD',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'speaks TLS to platforms',
      cannotBeSeen: 'where TLS ends is decided by what stands between platforms and the broker; the suite talks to the address it is given',
    },
  ],
};
