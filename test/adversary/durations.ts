import { percentile } from '../bench/percentile.js';

/** How long operations took from the first request to their end, by kind, and which answers came on the way. */
export class Durations {
  private readonly byKind = new Map<string, number[]>();
  private readonly answers = new Map<string, number>();

  ended(kind: string, durationMs: number): void {
    const known = this.byKind.get(kind);
    if (known) known.push(durationMs);
    else this.byKind.set(kind, [durationMs]);
  }

  /** An answer after which the request was sent again. */
  repeated(kind: string, status: number): void {
    const key = `${kind} ${status}`;
    this.answers.set(key, (this.answers.get(key) ?? 0) + 1);
  }

  /** Every request that was answered. */
  get total(): number {
    const counts = [...[...this.byKind.values()].map(({ length }) => length), ...this.answers.values()];
    return counts.reduce((sum, count) => sum + count, 0);
  }

  countOf(kind: string): number {
    return this.byKind.get(kind)?.length ?? 0;
  }

  lines(): string[] {
    const kinds = [...this.byKind].toSorted(([a], [b]) => a.localeCompare(b));
    return [
      ...kinds.map(([kind, durations]) => `${kind.padEnd(24)} ${figures(durations)}`),
      ...[...this.answers].toSorted().map(([key, count]) => `  sent again after ${key}: ${count}`),
    ];
  }
}

function figures(durations: readonly number[]): string {
  const seconds = (share: number): string => (percentile(durations, share) / 1_000).toFixed(2);
  return `${String(durations.length).padStart(5)}  p50 ${seconds(0.5)} s, p99 ${seconds(0.99)} s, longest ${seconds(1)} s`;
}
