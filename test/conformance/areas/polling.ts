import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { expectNoStatus, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Area } from '../row.js';
import { isBusy } from '../stories/busy.js';
import { longestMs, overrunBind, overrunCreate, timedChanges, type Overrun } from '../stories/overruns.js';

const section = 'Polling Interval and Duration';
const QUICK_POLLS = 10;

const OVERRUNS = [
  ['overrunningCreate', overrunCreate],
  ['overrunningBind', overrunBind],
] as const;

/** Every delete was accepted, or put off, until nothing was left. */
function expectCleanedUp({ deletes, fetched, deletedAgain }: Overrun): void {
  for (const answer of deletes) if (!isBusy(answer)) expectStatus(answer, 200, 202, 410);
  expectNoStatus(fetched, 200);
  expectStatus(deletedAgain, 410);
}

/** Parts that take their time and say how long at most. */
function limited(broker: BrokerUnderTest): ('async' | 'asyncBinding')[] {
  const roles = (['async', 'asyncBinding'] as const).filter((role) => longestMs(broker.parts.get(role)) !== undefined);
  if (roles.length === 0) throw new Inapplicable('no plan that takes its time has a maximum_polling_duration');
  return roles;
}

/** How long a platform goes on polling. */
export const polling: Area = {
  code: 'POL',
  rows: [
    {
      number: 218,
      level: 'SHOULD',
      endpoint: ['last operation', 'last operation of a binding'],
      section,
      since: '2.15',
      title: 'ends its operations within the maximum_polling_duration of their plan',
      needs: ['async'],
      check: async (broker) => {
        for (const role of limited(broker)) {
          const atMostMs = longestMs(broker.cast(role)) ?? 0;
          for (const { ended, tookMs } of await timedChanges(broker, role)) {
            expectThat(tookMs <= atMostMs, `${ended.story} after ${Math.round(tookMs)} ms; expected the end within ${atMostMs} ms`);
          }
        }
      },
    },
    {
      number: 219,
      level: 'MUST*',
      endpoint: ['last operation', 'last operation of a binding'],
      section: 'Polling Interval and Duration; Orphan Mitigation',
      since: '2.15',
      title: 'removes what a platform has given up waiting for when the maximum_polling_duration was over',
      check: async (broker) => {
        const stories = OVERRUNS.filter(([role]) => broker.parts.has(role)).map(([, story]) => story);
        if (stories.length === 0) throw new Inapplicable('the profile names nothing that overruns a maximum_polling_duration');
        const played = await Promise.all(stories.map((story) => broker.once<Overrun>(story)));
        for (const overrun of played) expectCleanedUp(overrun);
      },
    },
    {
      number: 220,
      level: 'MUST*',
      endpoint: 'last operation',
      section: 'Polling Last Operation for Service Instances › Response',
      since: '2.15',
      title: 'answers polls by 200 however quickly they come, also before Retry-After is over',
      needs: ['async'],
      check: async (broker) => {
        const instance = broker.instance('async');
        const accepted = await instance.provision({}, { incomplete: true });
        expectStatus(accepted, 202);
        for (let polls = 0; polls < QUICK_POLLS; polls += 1) expectStatus(await instance.lastOperation(accepted.word('operation')), 200);
      },
    },
  ],
};
