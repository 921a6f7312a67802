import type { AuditRow } from './history.js';

/** How long operations took from their intent to their end, by verb: one line each, slowest percentiles last. */
export function settledLines(audit: readonly AuditRow[]): string[] {
  const byVerb = Map.groupBy(durations(audit), ({ verb }) => verb);
  return [...byVerb].toSorted().map(([verb, of]) => {
    const seconds = of.map(({ ms }) => ms / 1000).toSorted((a, b) => a - b);
    return `  ${verb.padEnd(12)} ${seconds.length} settled, p50 ${percentile(seconds, 0.5)} s, p99 ${percentile(seconds, 0.99)} s`;
  });
}

export function percentile(sorted: readonly number[], share: number): string {
  const at = Math.max(0, Math.ceil(sorted.length * share) - 1);
  return sorted[at]?.toFixed(2) ?? '-';
}

function durations(audit: readonly AuditRow[]): { readonly verb: string; readonly ms: number }[] {
  const begun = new Map(audit.flatMap(({ operationId, outcome, atMs }) => (operationId && outcome === 'started' ? [[operationId, atMs] as const] : [])));
  return audit.flatMap(({ operationId = '', outcome, action, atMs }) => {
    const beganAtMs = begun.get(operationId);
    if (beganAtMs === undefined || (outcome !== 'succeeded' && outcome !== 'failed')) return [];
    return [{ verb: action.split('.').at(-1) ?? action, ms: atMs - beganAtMs }];
  });
}
