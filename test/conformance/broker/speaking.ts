import type { Answer } from '../wire/answer.js';
import type { Ask } from '../wire/http-client.js';

/** A way to a broker. */
export interface Speaking {
  send(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Polls what lives under this path until it is not in progress any more. */
  polled(path: string, operation: string | undefined): Promise<Answer>;
}
