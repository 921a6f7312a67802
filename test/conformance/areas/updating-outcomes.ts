import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { expectMember, expectNoBreakdown, expectObject, expectSame, expectStatus, expectThat, Inapplicable } from '../expecting.js';
import type { Row } from '../row.js';
import { expectToldTheSame, expectUntouched, failedUpdate, failing, madeTelling, told, updatedLater, updates } from '../stories/updates.js';
import { expectKind, expectWellFormed, isObject } from '../stories/well-formed.js';
import type { Answer, JsonObject } from '../wire/answer.js';

const section = 'Updating a Service Instance › Response';
const results = 'Updating a Service Instance › Body of the response';
const incomplete = { incomplete: true };

/** Answers to updates that have metadata. */
async function answersWithMetadata(broker: BrokerUnderTest): Promise<Answer[]> {
  const answers = (await broker.once(updates)).filter(({ body }) => 'metadata' in body);
  if (answers.length > 0) return answers;
  throw new Inapplicable('no update is answered with metadata');
}

/** How updates fail, and what their answers tell. */
export const updateOutcomes: readonly Row[] = [
  {
    number: 309,
    level: 'MUST NOT',
    endpoint: 'update',
    section,
    since: '2.14',
    title: 'applies nothing of an update it answers with an error, be it the caller’s or its own',
    needs: ['sync'],
    check: async (broker) => {
      const refused = await madeTelling(broker, 'sync');
      await expectUntouched(refused, async () => {
        const changes = { plan_id: 'conformance-nobody-offers-this', parameters: { ...refused.cast.update, conformance: 'after' } };
        expectStatus(await refused.update(changes, incomplete), 400, 404, 422);
      });
      if (!broker.parts.has('brokenUpdate')) return;
      const broken = await madeTelling(broker, 'brokenUpdate');
      await expectUntouched(broken, async () => {
        const answer = await broken.update({}, incomplete);
        expectThat(answer.status >= 500, `${answer.story}; expected 5xx, as the profile says`);
      });
    },
  },
  {
    number: 310,
    level: 'MAY',
    endpoint: ['update', 'last operation'],
    section,
    since: '2.16',
    title: 'leaves an instance as it was when it tells of an update that it failed',
    needs: ['failingUpdate'],
    check: async (broker) => {
      const { ended, before, after } = await broker.once(failedUpdate);
      expectMember(ended, 'state', 'failed');
      if (ended.body['instance_usable'] === false) return;
      expectToldTheSame(before, after);
    },
  },
  {
    number: 311,
    level: 'OPEN',
    endpoint: ['update', 'bind'],
    section,
    since: '2.16',
    title: 'answers a bind to an instance a failed update has left unusable without breaking down',
    needs: ['unusableUpdate'],
    check: async (broker) => {
      const instance = await broker.made('unusableUpdate');
      const ended = await failing(instance);
      expectMember(ended, 'state', 'failed');
      expectMember(ended, 'instance_usable', false);
      const bound = await instance.binding().bind({}, incomplete);
      expectNoBreakdown(bound);
      expectObject(bound);
    },
  },
  {
    number: 312,
    level: 'MUST',
    endpoint: 'update',
    section: results,
    since: '2.14',
    title: 'gives a new dashboard in its first answer to the update, and keeps it when later updates tell of none',
    needs: ['newDashboard'],
    check: async (broker) => {
      const instance = await broker.made('newDashboard');
      const before = await told(instance);
      const answer = await instance.settled(await instance.update({}, incomplete));
      expectKind(answer, 'dashboard_url', 'text');
      expectThat(answer.word('dashboard_url') !== before.word('dashboard_url'), `${answer.story}; expected another dashboard than before`);
      const later = await instance.settled(await instance.update({ parameters: undefined }, incomplete));
      if ((later.body['dashboard_url'] ?? null) === null) expectSame(answer, await told(instance), 'dashboard_url');
    },
  },
  {
    number: 313,
    level: 'MUST',
    endpoint: 'update',
    section: results,
    since: '2.13',
    title: 'names the operation of an update by a text that is not empty, and no longer than 10,000 characters',
    needs: ['async'],
    check: async (broker) => {
      const { accepted } = await broker.once(updatedLater);
      expectStatus(accepted, 202);
      if (!('operation' in expectObject(accepted))) throw new Inapplicable('its operations have no name');
      expectKind(accepted, 'operation', 'text');
      expectThat((accepted.word('operation') ?? '').length <= 10_000, `${accepted.story}; expected a shorter operation`);
    },
  },
  {
    number: 314,
    level: 'MAY',
    endpoint: 'update',
    section: 'Service Instance Metadata',
    since: '2.16',
    title: 'may tell of metadata in its answer to an update, with labels and attributes as objects',
    needs: ['any'],
    check: async (broker) => {
      for (const answer of await answersWithMetadata(broker)) {
        expectWellFormed(answer, { metadata: 'object' });
        const { labels, attributes } = answer.body['metadata'] as JsonObject;
        const right = [labels, attributes].every((part) => part === undefined || isObject(part));
        expectThat(right, `${answer.story}; expected labels and attributes to be objects`);
      }
    },
  },
  {
    number: 315,
    level: 'MAY',
    endpoint: 'update',
    section,
    since: '2.16',
    title: 'lets an instance whose update failed be updated again, or says why not',
    needs: ['failingUpdate'],
    check: async (broker) => {
      const { repair, repaired } = await broker.once(failedUpdate);
      expectStatus(repair, 200, 202, 400, 422);
      if (repair.status >= 400) expectObject(repair);
      if (repaired) expectMember(repaired, 'state', 'succeeded');
    },
  },
];
