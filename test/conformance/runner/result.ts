import type { Row } from '../row.js';

/** What became of a row. Only a row that was played and held has passed. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly problem: string }
  | { readonly kind: 'inapplicable'; readonly reason: string }
  | { readonly kind: 'invisible'; readonly reason: string };

export const KINDS = ['passed', 'failed', 'inapplicable', 'invisible'] as const satisfies readonly Outcome['kind'][];

export interface Result {
  readonly area: string;
  readonly row: Row;
  readonly outcome: Outcome;
  readonly tookMs: number;
}

/** One run of the suite. */
export interface Run {
  readonly url: string;
  readonly version: string;
  /** Service and plan for each part that was played. */
  readonly parts: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
  /** What could not be removed afterwards, and why. */
  readonly leftBehind: readonly string[];
  readonly tookMs: number;
}
