/** The places where the fault bench may stop or kill this process: each a step after which something is different. */
const FAILPOINTS = [
  'after-authentication',
  'after-intent',
  'before-backend-call',
  /** After the last look at the clock: whoever stands still here sends late. */
  'at-backend-call',
  'after-backend-answer',
  'before-result-commit',
  'after-result-commit',
  'before-poll',
  'before-clean-up',
] as const;

export type Failpoint = (typeof FAILPOINTS)[number];

type Handler = (at: Failpoint, what: string) => Promise<void>;

let handler: Handler | undefined;

/** Lets the fault bench decide what happens at failpoints. Never called by the product. */
export function onFailpoint(next: Handler | undefined): void {
  handler = next;
}

/** @param what the kind of operation that passes here; the method of the request where no operation is known yet */
export function failpoint(at: Failpoint, what: string): Promise<void> | undefined {
  return handler?.(at, what);
}
