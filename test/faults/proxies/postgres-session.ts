import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fate } from './fate.js';
import { endsRound, isAsking, isReady, Messages, statementOf, type Message } from './postgres-messages.js';

/** What a client sends before it waits: one simple query, or messages up to Sync. COMMIT is a round of its own. */
export interface Round {
  /** The name of a prepared statement where it has one, else its text. */
  readonly statement: string;
}

/**
 * One connection through the proxy. Its start is left alone: authentication, and the settings a client makes by `set`.
 * From then on it goes round by round.
 */
export class PostgresSession {
  private readonly asked = Messages.ofClient();
  private readonly answered = Messages.ofServer();
  private round: Message[] = [];
  private turn: Promise<void> = Promise.resolve();
  /** What the server has answered and the client does not get to see yet. */
  private withheld: Buffer[] | undefined;
  private ready: (() => void) | undefined;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly fateOf: (round: Round) => Fate,
  ) {}

  start(): void {
    const { client, server } = this;
    client.setNoDelay();
    server.setNoDelay();
    client.on('data', (chunk) => this.asked.add(chunk).forEach((message) => this.ask(message)));
    server.on('data', (chunk) => this.answered.add(chunk).forEach((message) => this.answer(message)));
    // Whatever a side has said before it left still gets to the other; a delayed round is on its way already.
    client.on('error', () => undefined).on('close', () => void this.turn.then(() => server.end()));
    server.on('error', () => undefined).on('end', () => client.end()).on('close', () => client.destroySoon());
  }

  private ask(message: Message): void {
    if (!isAsking(message)) return void this.server.write(message.bytes);
    this.round.push(message);
    if (!endsRound(message)) return;
    const { round } = this;
    this.round = [];
    this.turn = this.turn.then(() => this.play(round));
  }

  private answer(message: Message): void {
    if (this.withheld) this.withheld.push(message.bytes);
    else this.client.write(message.bytes);
    if (isReady(message)) this.ready?.();
  }

  private async play(round: readonly Message[]): Promise<void> {
    const statement = statementOf(round);
    const fate: Fate = /^set /i.test(statement) ? { kind: 'forward' } : this.fateOf({ statement });
    switch (fate.kind) {
      case 'forward':
        return this.forward(round);
      case 'drop':
        return this.cut();
      case 'delay':
        await pause(fate.delayMs);
        return this.forward(round);
      case 'hold':
        await fate.until;
        return this.forward(round);
      case 'lose answer':
        await this.withhold(round);
        return this.cut();
      case 'cut answer': {
        const answer = await this.withhold(round);
        this.client.end(answer.subarray(0, answer.length / 2));
        return void this.server.destroy();
      }
    }
  }

  /** Resolves when the server is through with it. */
  private async forward(round: readonly Message[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = resolve;
    this.server.write(Buffer.concat(round.map(({ bytes }) => bytes)));
    await promise;
  }

  private async withhold(round: readonly Message[]): Promise<Buffer> {
    const withheld: Buffer[] = [];
    this.withheld = withheld;
    await this.forward(round);
    return Buffer.concat(withheld);
  }

  private cut(): void {
    this.client.resetAndDestroy();
    this.server.destroy();
  }
}
