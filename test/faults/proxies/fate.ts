/** What a proxy does with one request, or one round of statements. */
export type Fate =
  | { readonly kind: 'forward' }
  /** Its target never sees it, and the connection is cut. */
  | { readonly kind: 'drop' }
  /** Its target carries it out to the end; the answer is swallowed and the connection cut. */
  | { readonly kind: 'lose answer' }
  /** Half of the answer comes through, then the connection is cut. */
  | { readonly kind: 'cut answer' }
  /** Its target sees it late, whether or not anybody still waits. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Its target sees it when that has happened. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> };

export const FORWARD: Fate = { kind: 'forward' };
