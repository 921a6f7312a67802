import type { Bounds } from './http-origin.js';

/** What goes into the header `Authorization` of requests to a broker. */
export interface Authorization {
  /**
   * Absent for a broker that asks for nothing.
   *
   * @throws NotSentError when it cannot be had: nothing was sent to the broker
   */
  header(bounds: Bounds): Promise<string | undefined>;
  /** The broker did not take this one. True when another one may be taken: it is worth asking once more. */
  refused(header: string): boolean;
  /** The text without what was sent in the header, where no setting holds that. */
  hide(text: string): string;
  close(): Promise<void>;
}
