import type { ExchangeOptions } from './exchange.js';
import type { Leftovers } from './leftovers.js';
import type { Manner } from './manner.js';
import { PlatformClient } from './platform-client.js';
import type { Steps } from './steps.js';

/** Where the stories are played. */
export class Stage {
  constructor(
    private readonly exchange: ExchangeOptions,
    private readonly leftovers: Leftovers,
    readonly steps: Steps,
  ) {}

  /** Plays the story of one platform. */
  async play(manner: Manner, story: (client: PlatformClient) => Promise<void>): Promise<void> {
    const client = new PlatformClient(this.exchange, manner, this.leftovers);
    this.steps.heading(manner.title);
    try {
      await story(client);
    } finally {
      await client.close();
    }
  }
}
