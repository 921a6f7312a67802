import type { Violations } from '../violations.js';

const LONGEST_LINE = 32_768;
const MOST_PER_REQUEST = 16_384;

/** Holds for what the gateway has printed: no secret, no line without an end, no more than its requests explain. */
export function checkLog(lines: readonly string[], secrets: readonly string[], requests: number, violations: Violations): void {
  const bytes = lines.reduce((sum, line) => sum + line.length, 0);
  const mostBytes = (requests + 100) * MOST_PER_REQUEST;
  if (bytes > mostBytes) violations.add('the log is bounded', `${bytes} bytes for ${requests} requests`);
  for (const line of lines) {
    if (line.length > LONGEST_LINE) violations.add('the log is bounded', `a line of ${line.length}: ${line.slice(0, 200)}`);
    if (secrets.some((secret) => line.includes(secret))) violations.add('the log shows no secret', line);
  }
}
