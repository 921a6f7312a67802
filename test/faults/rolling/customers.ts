import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../../support/http-client.js';
import { OsbClient, type PlanIds } from '../../support/osb-client.js';

const LOGIN = ['platform', 'platform-password'] as const;
const BETWEEN_REQUESTS_MS = 20;
const POLL_EVERY_MS = 100;
const SLOW_MS = 2_500;

const plan = (name: string): PlanIds => ({ serviceId: 'remote-service', planId: `remote-${name}` });
const patient = { acceptsIncomplete: true };

/** Platforms that ask without a pause, each over a connection it keeps, and write down whatever is not as it should be. */
export class Customers {
  readonly asked: Record<string, number> = {};
  readonly troubles: string[] = [];
  private readonly work: Promise<void>[] = [];
  private readonly clients: OsbClient[] = [];
  private readonly slow: string[] = [];
  private lives = 0;
  private closing = false;

  constructor(private readonly url: string) {}

  start(): void {
    this.again((client) => this.readsCatalog(client));
    this.again((client) => this.wholeLife('sync', client, {}));
    this.again((client) => this.wholeLife('async', client, patient));
    this.again((client) => this.wholeLife('async', client, patient));
    // Without the flag: the gateway waits for the backend on the platform's behalf.
    this.again((client) => this.wholeLife('async', client, {}));
  }

  /** A create that takes some seconds, on a connection of its own. */
  slowProvision(): Promise<Answer> {
    const id = `slow-${(this.lives += 1)}`;
    this.slow.push(id);
    return this.client().provision(id, plan('sync'), { parameters: { simulate: { delayMs: SLOW_MS } } });
  }

  /** Lets every life come to its end. */
  async finish(): Promise<Pick<Customers, 'asked' | 'troubles'>> {
    this.closing = true;
    await Promise.all(this.work);
    const last = this.client();
    for (const id of this.slow) await this.ask('remove', last.deprovision(id, plan('sync')), [200]);
    await Promise.all(this.clients.map((client) => client.close()));
    return this;
  }

  private again(live: (client: OsbClient) => Promise<void>): void {
    const client = this.client();
    const living = async (): Promise<void> => {
      while (!this.closing) await live(client);
    };
    this.work.push(living().catch((error: unknown) => void this.troubles.push(`a life broke off: ${String(error)}`)));
  }

  private async readsCatalog(client: OsbClient): Promise<void> {
    await this.ask('catalog', client.catalog(), [200]);
  }

  private async wholeLife(name: 'sync' | 'async', client: OsbClient, how: { acceptsIncomplete?: boolean }): Promise<void> {
    const id = `life-${(this.lives += 1)}`;
    const first = how.acceptsIncomplete ? [202] : [201];
    await this.polled('provision', client, id, await this.ask(`provision ${name}`, client.provision(id, plan(name), {}, how), first));
    const bound = await this.ask(`bind ${name}`, client.bind(id, 'b', plan(name)), [201]);
    const fetched = await this.ask('fetch', client.fetchBinding(id, 'b'), [200]);
    if (bound.text !== fetched.text) this.troubles.push(`${id} was bound with other credentials than it has`);
    await this.ask(`unbind ${name}`, client.unbind(id, 'b', plan(name)), [200]);
    const last = how.acceptsIncomplete ? [202] : [200];
    await this.polled('deprovision', client, id, await this.ask(`deprovision ${name}`, client.deprovision(id, plan(name), how), last));
  }

  private async polled(what: string, client: OsbClient, id: string, { status, body }: Answer): Promise<void> {
    if (status !== 202) return;
    for (;;) {
      await pause(POLL_EVERY_MS);
      const answer = await this.ask(`poll ${what}`, client.lastOperation(id, body['operation'] as string), [200]);
      if (answer.body['state'] === 'in progress') continue;
      if (answer.body['state'] !== 'succeeded') this.troubles.push(`the ${what} of ${id} ended with ${answer.text}`);
      return;
    }
  }

  /** @throws when nothing came back: a connection that was refused, reset or ended before the answer */
  private async ask(what: string, answer: Promise<Answer>, wanted: readonly number[]): Promise<Answer> {
    this.asked[what] = (this.asked[what] ?? 0) + 1;
    const got = await answer.catch((error: unknown) => {
      throw new Error(`${what} was not answered`, { cause: error });
    });
    if (!wanted.includes(got.status)) throw new Error(`${what} was answered ${got.status}: ${got.text}`);
    await pause(BETWEEN_REQUESTS_MS);
    return got;
  }

  private client(): OsbClient {
    const client = new OsbClient(this.url, ...LOGIN);
    this.clients.push(client);
    return client;
  }
}
