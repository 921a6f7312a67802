import { troubles } from '../faults/reporting.js';
import type { Report } from './adversary.js';
import type { Violation } from './violations.js';

const ACTIONS_TOLD = 25;

/** The figures of a run, and what was broken in it with the way to play it again. */
export function summary({ options, durations, violations, rolesCollected, readinessAsked, gatewayLines }: Report): string {
  const again = `npm run adversary -- --seed ${options.seed} --seconds ${options.seconds}`;
  const families = options.families.length === 0 ? '' : ` --families ${options.families.join(',')}`;
  return [
    ...(violations.total === 0 ? [] : ['last troubles of the gateway:', ...troubles(gatewayLines)]),
    ...durations.lines(),
    `readiness asked          ${readinessAsked}`,
    `roles collected later    ${rolesCollected}`,
    `violations               ${violations.total}`,
    ...[...Map.groupBy(violations.found, ({ invariant }) => invariant)].map(([invariant, of]) => `  ${invariant}: ${of.length}`),
    `again: ${again}${families}${options.embedded ? ' --embedded' : ''}`,
  ].join('\n');
}

/** A violation with the actions that came before. */
export function describeViolation({ invariant, text, actions }: Violation): string {
  return [`! ${invariant}: ${text}`, ...actions.slice(-ACTIONS_TOLD).map((line) => `    ${line}`)].join('\n');
}
