import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { expectDescription, expectRefusal, expectStatus } from '../expecting.js';
import type { Area } from '../row.js';
import { everywhere, READS, type Reply } from '../stories/every-call.js';
import { expectUnchanged } from '../stories/refused-changes.js';
import { expectWholeLife } from '../stories/whole-life.js';

const NAME = 'X-Broker-API-Version';
const section = 'API Version Header';

/** Sends every call with this value, or without the header. */
const withVersion = (broker: BrokerUnderTest, version: string | readonly string[] | undefined): Promise<Reply[]> =>
  everywhere(broker, { headers: { [NAME]: version } });

/** The header X-Broker-API-Version. */
export const versionHeader: Area = {
  code: 'HDR',
  rows: [
    {
      number: 1,
      level: 'MUST*',
      endpoint: 'every',
      section,
      since: '2.17',
      title: 'carries out requests of version 2.17',
      needs: ['any'],
      check: (broker) => expectWholeLife(broker, { [NAME]: '2.17' }),
    },
    {
      number: 2,
      level: 'MUST*',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'carries out requests of the versions 2.13 to 2.16, since minor versions only add',
      needs: ['any'],
      check: async (broker) => {
        const { version } = broker.target.profile;
        const older = ['2.13', '2.14', '2.15', '2.16'].filter((each) => each <= version);
        for (const each of older) await expectWholeLife(broker, { [NAME]: each });
      },
    },
    {
      number: 3,
      level: 'MAY',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'answers 412 to versions older than it needs, and says which one to use',
      needs: ['any', 'oldestVersion'],
      check: async (broker) => {
        const oldest = broker.target.profile.oldestVersion ?? '';
        for (const { answer } of await withVersion(broker, `2.${Number(oldest.slice(2)) - 1}`)) {
          expectRefusal(answer, 412);
          expectDescription(answer, new RegExp(oldest.replace('.', String.raw`\.`)));
        }
      },
    },
    {
      number: 4,
      level: 'MAY',
      endpoint: 'every',
      section,
      since: '2.16',
      title: 'answers 400 to requests without the header, and says that it is needed',
      needs: ['any'],
      check: async (broker) => {
        for (const { answer } of await withVersion(broker, undefined)) {
          expectRefusal(answer, 400);
          expectDescription(answer);
        }
      },
    },
    {
      number: 5,
      level: 'OPEN',
      endpoint: 'every',
      section,
      since: '2.16',
      title: 'treats an empty header as an absent one',
      needs: ['any'],
      check: async (broker) => {
        const absent = await withVersion(broker, undefined);
        for (const empty of ['', '   ']) {
          for (const [index, { answer }] of (await withVersion(broker, empty)).entries()) {
            expectStatus(answer, absent[index]?.answer.status ?? 400);
          }
        }
      },
    },
    {
      number: 6,
      level: 'OPEN',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'answers 400 or 412 to what is no version',
      needs: ['any'],
      check: async (broker) => {
        for (const nonsense of ['abc', '2', '2.x', 'v2.17', '-1.2']) {
          for (const { answer } of await withVersion(broker, nonsense)) expectRefusal(answer, [400, 412]);
        }
      },
    },
    {
      number: 7,
      level: 'MAY',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'answers 412 to other major versions, and says why',
      needs: ['any'],
      check: async (broker) => {
        for (const major of ['3.0', '1.11']) {
          for (const { answer } of await withVersion(broker, major)) {
            expectRefusal(answer, 412);
            expectDescription(answer);
          }
        }
      },
    },
    {
      number: 8,
      level: 'MUST*',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'carries out requests of minor versions newer than its own',
      needs: ['any'],
      check: (broker) => expectWholeLife(broker, { [NAME]: '2.99' }),
    },
    {
      number: 9,
      level: 'MUST*',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'compares versions number by number: 2.9 is older and 2.100 newer than 2.13',
      needs: ['any', 'oldestVersion'],
      check: async (broker) => {
        await expectWholeLife(broker, { [NAME]: '2.100' });
        for (const { answer } of await withVersion(broker, '2.9')) expectRefusal(answer, 412);
      },
    },
    {
      number: 10,
      level: 'MUST*',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'reads the name of the header in any letter case',
      needs: ['any'],
      check: async (broker) => {
        const { version } = broker.target.profile;
        await expectWholeLife(broker, { 'x-broker-api-version': version });
        await expectWholeLife(broker, { 'X-BROKER-API-VERSION': version });
      },
    },
    {
      number: 11,
      level: 'OPEN',
      endpoint: 'every',
      section,
      since: '2.13',
      title: 'answers 400 to a header that is sent twice with two values',
      needs: ['any'],
      check: async (broker) => {
        for (const { answer } of await withVersion(broker, ['2.17', '2.15'])) expectRefusal(answer, 400);
      },
    },
    {
      number: 12,
      level: 'MUST',
      endpoint: ['provision', 'update', 'deprovision', 'bind', 'unbind'],
      section: 'Service Broker Errors',
      since: '2.14',
      title: 'changes nothing on requests it turns away for their version',
      needs: ['any'],
      check: async (broker) => {
        for (const version of [undefined, '3.0']) {
          await expectUnchanged(broker, { headers: { [NAME]: version } }, (answer) => expectStatus(answer, 400, 412));
        }
      },
    },
    {
      number: 13,
      level: 'MUST*',
      endpoint: READS,
      section: 'Headers',
      since: '2.15',
      title: 'asks for the header on reads as it does on changes',
      needs: ['any'],
      check: async (broker) => {
        const replies = await withVersion(broker, '3.0');
        const change = replies.find(({ endpoint }) => endpoint === 'provision')?.answer;
        for (const { endpoint, answer } of replies) {
          if (READS.includes(endpoint) && change) expectStatus(answer, change.status);
        }
      },
    },
  ],
};
