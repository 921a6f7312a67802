import type { BackendCall, ClientEntry, History } from './history.js';
import { nameOf } from './invariants/resource.js';
import type { RoundReport } from './round.js';
import { percentile, settledLines } from './settled.js';

const LINES_TOLD = 40;

/** All that is known of a round that failed, in the order it happened, and how to play it again. */
export function story(report: RoundReport, gatewayLines: readonly string[]): string {
  const { cell, seed, client, history, violations } = report;
  return [
    `${cell.name} with ${client}:`,
    ...violations.map((sentence) => `  ! ${sentence}`),
    ...course(history),
    ...troubles(gatewayLines),
    `again: npm run faults -- --seed ${seed} --cell ${cell.name}`,
  ].join('\n');
}

/** What happened, in order of time, and the rows it left. */
export function course(history: History): string[] {
  const events = [
    ...history.client.flatMap(requestLines),
    ...history.backends.flatMap(({ name, calls }) => calls.flatMap((call) => callLines(name, call))),
    ...history.backends.flatMap(({ name, events: changes }) =>
      changes.map(({ atMs, kind, ...resource }) => ({ atMs, text: `${name}: ${nameOf(resource)} ${kind}` })),
    ),
    ...history.database.audit.map(({ atMs, action, subject, outcome }) => ({ atMs, text: `audit: ${action} of ${subject} ${outcome}` })),
  ].toSorted((a, b) => a.atMs - b.atMs);
  const startMs = events[0]?.atMs ?? 0;
  return [
    ...events.map(({ atMs, text }) => `  ${((atMs - startMs) / 1000).toFixed(3).padStart(7)}  ${text}`),
    ...history.database.operations.map((operation) => `  operation ${JSON.stringify(operation)}`),
    ...history.database.instances.map((instance) => `  instance ${JSON.stringify(instance)}`),
    ...history.database.bindings.map((binding) => `  binding ${JSON.stringify(binding)}`),
  ];
}

/** The last things gateways complained about. */
export function troubles(gatewayLines: readonly string[]): string[] {
  return gatewayLines.filter((line) => !line.includes('"level":"info"')).slice(-LINES_TOLD).map((line) => `  ${line}`);
}

/** One round in one line. */
export function lineOf({ cell, client, violations, recoveryMs }: RoundReport): string {
  const recovery = recoveryMs === undefined ? 'no recovery' : `${(recoveryMs / 1000).toFixed(2)} s`;
  return `${violations.length === 0 ? 'ok  ' : 'FAIL'} ${cell.name} ${client} ${recovery}`;
}

/** Rounds, faults by kind, violations, recovery. */
export function summary(reports: readonly RoundReport[]): string {
  const seconds = reports.flatMap(({ recoveryMs }) => (recoveryMs === undefined ? [] : [recoveryMs / 1000])).toSorted((a, b) => a - b);
  const faults = Map.groupBy(reports, ({ cell }) => `${cell.action} ${cell.place}`);
  const failed = reports.filter(({ violations }) => violations.length > 0);
  return [
    `rounds      ${reports.length}`,
    ...[...faults].map(([fault, of]) => `  ${fault.padEnd(32)} ${of.length}`),
    `violations  ${failed.reduce((sum, { violations }) => sum + violations.length, 0)} in ${failed.length} rounds`,
    ...failed.map(({ cell, seed }) => `  npm run faults -- --seed ${seed} --cell ${cell.name}`),
    `recovery    p50 ${percentile(seconds, 0.5)} s, p99 ${percentile(seconds, 0.99)} s, longest ${percentile(seconds, 1)} s`,
    'settled',
    ...settledLines(reports.flatMap(({ history }) => history.database.audit)),
  ].join('\n');
}

function requestLines(entry: ClientEntry): { atMs: number; text: string }[] {
  const about = nameOf({ instanceId: entry.instanceId, ...(entry.bindingId === undefined ? {} : { bindingId: entry.bindingId }) });
  const { client, kind, gateway, invokedAtMs, returnedAtMs = invokedAtMs, status, lost, operation, state } = entry;
  const end = [status ?? lost ?? 'open', state, operation].filter((part) => part !== undefined).join(' ');
  return [
    { atMs: invokedAtMs, text: `${client}: ${kind} of ${about} at ${gateway}` },
    { atMs: returnedAtMs, text: `${client}: ${kind} of ${about} <- ${end}` },
  ];
}

function callLines(name: string, { verb, atMs, endedAtMs, status, ...resource }: BackendCall): { atMs: number; text: string }[] {
  const about = nameOf({ instanceId: resource.instanceId, ...(resource.bindingId === undefined ? {} : { bindingId: resource.bindingId }) });
  const begin = { atMs, text: `${name}: got ${verb} of ${about}` };
  return endedAtMs === undefined ? [begin] : [begin, { atMs: endedAtMs, text: `${name}: through with ${verb} of ${about}, ${status ?? 'unanswered'}` }];
}
