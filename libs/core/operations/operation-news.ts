import type { OperationId } from '../ids/ids.js';

/** Who wants to hear what any gateway process did. */
export interface NewsListener {
  /** An operation that somebody may be waiting for has ended. */
  ended(id: OperationId): void;
  /** An operation that waited behind another one can run. */
  due(): void;
}

/**
 * What gateway processes on one database tell each other. A hint, no more: news may come late, twice or never, and
 * nothing but time is lost then, because whoever waits also looks by itself.
 */
export abstract class OperationNews {
  /** Never fails: without a way to hear anything it keeps trying. */
  abstract start(listener: NewsListener): void;
  abstract stop(): Promise<void>;
}
