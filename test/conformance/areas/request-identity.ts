import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { expectNoBreakdown, expectStatus, expectThat } from '../expecting.js';
import type { Area } from '../row.js';
import { expectAccepted } from '../stories/changes.js';
import { everywhere } from '../stories/every-call.js';
import { FAILURES_IDENTITY, failures } from '../stories/failures.js';
import { expectNeverMade, expectStillThere } from '../stories/refused-changes.js';
import { expectWholeLife, wholeLife } from '../stories/whole-life.js';
import type { Answer } from '../wire/answer.js';

const NAME = 'X-Broker-API-Request-Identity';
const section = 'Request Identity';
const GUID = 'e26cee84-6b38-4456-b34e-d1a9f002c956';

/** The answer carries the identity of the request, once. */
function expectEchoed(answer: Answer, identity: string): void {
  const found = answer.headers(NAME);
  const right = found.length === 1 && found[0] === identity;
  expectThat(right, `${answer.story} with ${NAME}: ${found.join(', ') || '(none)'}; expected ${identity}`);
}

/** A read whose head has this line too, byte for byte. */
function readWith(broker: BrokerUnderTest, line: string): Promise<Answer> {
  return broker.sendBytes(Buffer.from(`${broker.headBytes('GET', '/v2/catalog')}${NAME}: ${line}\r\n\r\n`, 'latin1'));
}

/** Values that would end a header, or are none at all, and one that only looks like it. */
const ODD_VALUES = [
  'a\r\n X-Injected: yes',
  'a\nX-Injected: yes',
  'a\rX-Injected: yes',
  'a%0d%0aX-Injected: yes',
  String.raw`a\r\nX-Injected: yes`,
  'a\tb',
  'a\0b',
  'a\u0001b\u007f',
  '\u00e9\u00ff\u0080',
  '"a", <b>; c',
];

/** The header X-Broker-API-Request-Identity. */
export const requestIdentity: Area = {
  code: 'RID',
  rows: [
    {
      number: 37,
      level: 'SHOULD',
      endpoint: 'every',
      section,
      since: '2.15',
      title: 'gives the identity of a request back with its answer',
      needs: ['any'],
      check: async (broker) => {
        for (const { answer } of await wholeLife(broker, { [NAME]: GUID })) expectEchoed(answer, GUID);
      },
    },
    {
      number: 38,
      level: 'SHOULD',
      endpoint: 'every',
      section,
      since: '2.15',
      title: 'gives the identity of a request back with errors, too',
      needs: ['any'],
      check: async (broker) => {
        for (const { answer } of await broker.once(failures)) expectEchoed(answer, FAILURES_IDENTITY);
      },
    },
    {
      number: 39,
      level: 'SHOULD',
      endpoint: 'every',
      section,
      since: '2.15',
      title: 'gives the identity of a request back with a 401, too',
      needs: ['any', 'login'],
      check: async (broker) => {
        for (const { answer } of await everywhere(broker, { headers: { Authorization: undefined, [NAME]: GUID } })) {
          expectStatus(answer, 401);
          expectEchoed(answer, GUID);
        }
      },
    },
    {
      number: 40,
      level: 'MUST*',
      endpoint: 'every',
      section,
      since: '2.15',
      title: 'carries out requests without an identity of their own',
      needs: ['any'],
      check: (broker) => expectWholeLife(broker, { [NAME]: undefined }),
    },
    {
      number: 41,
      level: 'MUST*',
      endpoint: 'every',
      section,
      since: '2.15',
      title: 'carries out every request for itself, whatever its identity: any text will do, also one it had before',
      needs: ['any'],
      check: async (broker) => {
        const call = { headers: { [NAME]: 'conformance, not a GUID' }, incomplete: true };
        const [first, second] = [broker.instance('any'), broker.instance('any')];
        for (const each of [first, second]) await expectAccepted(each, await each.provision({}, call), [201, 202]);
        await expectAccepted(first, await first.deprovision(call), [200, 202]);
        await expectNeverMade(first);
        await expectStillThere(second);
        await expectAccepted(second, await second.deprovision(call), [200, 202]);
      },
    },
    {
      number: 42,
      level: 'OPEN',
      endpoint: 'every',
      section,
      since: '2.15',
      title: 'takes an empty identity for none, and gives none back',
      needs: ['any'],
      check: async (broker) => {
        await expectWholeLife(broker, { [NAME]: '' });
        const answer = await broker.send('GET', '/v2/catalog', { headers: { [NAME]: '' } });
        const found = answer.headers(NAME);
        expectThat(!found.includes(''), `${answer.story} with an empty ${NAME}; expected none`);
      },
    },
    {
      number: 43,
      level: 'OPEN',
      endpoint: 'every',
      section,
      since: '2.15',
      title: 'neither breaks down over an identity that is no header value, nor lets it add headers to the answer',
      needs: ['any'],
      check: async (broker) => {
        for (const odd of ODD_VALUES) {
          const answer = await readWith(broker, odd);
          expectNoBreakdown(answer);
          expectThat(answer.headers('X-Injected').length === 0, `${answer.story} with the header X-Injected, which was in an identity`);
        }
        expectStatus(await readWith(broker, GUID), 200);
      },
    },
    {
      number: 44,
      level: 'MAY',
      endpoint: 'every',
      section,
      since: '2.15',
      title: 'writes the identity of a request into its log',
      cannotBeSeen: 'a client does not see the log of a broker',
    },
  ],
};
