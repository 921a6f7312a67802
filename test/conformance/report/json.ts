import { endpointsOf } from './endpoints.js';
import type { Run } from '../runner/result.js';
import { summaryOf } from './summary.js';

/** For programs. */
export function jsonReport({ results, ...run }: Run): string {
  const rows = results.map(({ area, row, outcome, tookMs }) => {
    const { number, level, section, since, title } = row;
    return { area, number, level, endpoint: endpointsOf(row), section, since, title, ...outcome, tookMs: Math.round(tookMs) };
  });
  return JSON.stringify({ ...run, tookMs: Math.round(run.tookMs), summary: summaryOf(results), rows }, null, 2);
}
