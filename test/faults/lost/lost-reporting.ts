import { course, troubles } from '../reporting.js';
import { settledLines } from '../settled.js';
import type { LossCount } from './losses.js';
import type { LostReport, Victim } from './play-lost.js';

/** What a violation means for whoever owns the resource; there are others. */
const MEANINGS: Readonly<Record<'lost' | 'orphaned' | 'duplicated', RegExp>> = {
  lost: /was acknowledged, but (the database has it|0 backends)|the database has .*, but backend|but a poll got|but the database has it not at all/,
  orphaned: /which nobody knows of|is gone, but backend/,
  duplicated: /a second time|more than one row|but [2-9]\d* backends have it/,
};

/** Operations, faults, and what came of them. */
export function lostSummary(report: LostReport): string {
  const { operations, instances, losses, notEnded, victims, durationMs, audit } = report;
  const sentences = victims.flatMap(({ violations }) => violations);
  const seconds = durationMs / 1000;
  return [
    `operations  ${operations} on ${instances} instances`,
    `faults      ${sum(losses.backend) + sum(losses.database)} answers lost after the work was done`,
    ...lossLines('backend', 'requests', losses.backend),
    ...lossLines('database', 'rounds', losses.database),
    `violations  ${sentences.length} on ${victims.length} instances`,
    `not ended   ${notEnded}`,
    ...Object.entries(MEANINGS).map(([name, meaning]) => `${name.padEnd(11)} ${sentences.filter((each) => meaning.test(each)).length}`),
    'settled',
    ...settledLines(audit),
    `duration    ${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`,
  ].join('\n');
}

function lossLines(place: string, what: string, count: LossCount): string[] {
  const kinds = [...count.lost].map(([name, times]) => `${name} ${times}`);
  return [`  ${place.padEnd(9)} ${sum(count)} of ${count.of} ${what}`, `            ${kinds.join(', ')}`];
}

const sum = ({ lost }: LossCount): number => [...lost.values()].reduce((total, times) => total + times, 0);

/** All that is known of an instance that did not come out well. */
export function victimStory({ instanceId, violations, history }: Victim): string {
  return [`${instanceId}:`, ...violations.map((sentence) => `  ! ${sentence}`), ...course(history)].join('\n');
}

/** What the gateways complained about, and how to play it again. */
export function lostEpilogue({ gatewayLines, order }: LostReport): string {
  const { seed, operations, rate } = order;
  return [...troubles(gatewayLines), `again: npm run faults:lost -- --seed ${seed} --operations ${operations} --rate ${rate * 100}`].join('\n');
}
