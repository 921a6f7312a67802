import type { PlatformClock } from '../clock.js';
import type { WireReply } from '../exchange.js';
import type { BrokerClient, PlanOf } from './broker-client.js';
import type { Database, LastOperation, PlanRow } from './database.js';
import { parsePoll, type Verdict } from './response-parser.js';
import type { Workers } from './workers.js';

/** What every job has at hand. */
export interface Desk {
  readonly database: Database;
  readonly broker: BrokerClient;
  readonly clock: PlatformClock;
  readonly workers: Workers;
}

export type StillAlive = <T>(step: Promise<T>) => Promise<T>;

/** Seven days. */
const LONGEST_POLLING_SECONDS = 10_080 * 60;
const SHORTEST_PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 86_400;

export const idsOf = (plan: PlanRow): PlanOf => ({ service_id: plan.offeringId, plan_id: plan.uniqueId });

type Kind = LastOperation['type'];

export function begin({ clock, workers }: Desk, type: Kind): LastOperation {
  return { type, state: 'initial', description: '', sinceSeconds: clock.nowSeconds, worker: workers.number };
}

/** The row's operation ends, or goes on in the broker. */
export function note(row: { lastOperation: LastOperation }, state: LastOperation['state'], description = '', more: Partial<LastOperation> = {}): void {
  row.lastOperation = { ...row.lastOperation, state, description, ...more };
}

/** The broker's words, or what Cloud Controller has to say of its answer. */
export function noteFailure(row: { lastOperation: LastOperation }, { error, description }: Extract<Verdict, { kind: 'failed' }>): void {
  note(row, 'failed', description, { error });
}

export function goesOn(row: { lastOperation: LastOperation }, { body }: Extract<Verdict, { kind: 'later' | 'done' }>): void {
  const { operation } = body;
  note(row, 'in progress', '', operation === undefined ? {} : { brokerOperation: operation });
}

export type PollEnd = 'succeeded' | 'failed' | 'expired' | 'superseded';

interface Polled {
  readonly guid: string;
  readonly bindingGuid?: string;
  readonly plan: PlanRow;
  readonly row: { lastOperation: LastOperation };
}

/** Polls at once, and then once a minute. Every answer it does not understand is as good as none. */
export async function polled(desk: Desk, { guid, bindingGuid, plan, row }: Polled, stillAlive: StillAlive): Promise<PollEnd> {
  const { type, brokerOperation, sinceSeconds } = row.lastOperation;
  const longest = Math.min(plan.maximumPollingSeconds ?? LONGEST_POLLING_SECONDS, LONGEST_POLLING_SECONDS);
  for (;;) {
    const reply = await stillAlive(desk.broker.lastOperation(guid, bindingGuid, idsOf(plan), brokerOperation));
    const isForgotten = !desk.database.instances.has(guid) || (bindingGuid !== undefined && !desk.database.bindings.has(bindingGuid));
    if (isForgotten || row.lastOperation.type !== type || row.lastOperation.sinceSeconds !== sinceSeconds) return 'superseded';
    const poll = parsePoll(reply, type);
    if (poll.state === 'succeeded') return 'succeeded';
    note(row, poll.state === 'failed' ? 'failed' : 'in progress', poll.state === 'ignored' ? '' : poll.description);
    if (poll.state === 'failed') return 'failed';
    if (desk.clock.nowSeconds - sinceSeconds > longest) return 'expired';
    await stillAlive(desk.clock.wait(pauseAfter(reply)));
  }
}

function pauseAfter(reply: WireReply): number {
  const header = reply.kind === 'answered' ? reply.headers['retry-after'] : undefined;
  const asked = Number.parseInt(String(header), 10) || 0;
  return Math.min(Math.max(asked, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS);
}
