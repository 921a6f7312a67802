import type { FastifyInstance } from 'fastify';

/** The requests that came in and are not answered yet. */
export class OpenRequests {
  private count = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param server before it has any other hook: what another one refuses is a request as well */
  constructor(server: FastifyInstance) {
    server.addHook('onRequest', (_request, reply, done) => {
      this.count += 1;
      reply.raw.once('close', () => this.close());
      done();
    });
  }

  /** Resolves when there is none, or when their clients have gone. */
  async none(): Promise<void> {
    while (this.count > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private close(): void {
    this.count -= 1;
    if (this.count === 0) for (const wake of this.waiting.splice(0)) wake();
  }
}
