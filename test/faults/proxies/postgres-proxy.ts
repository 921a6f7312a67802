import { connect, createServer, type Socket } from 'node:net';
import { Entrance } from './entrance.js';
import { FORWARD, type Fate } from './fate.js';
import { PostgresSession, type Round } from './postgres-session.js';

/** Stands in front of Postgres, for clients that do not ask for TLS. Every round gets the fate that is chosen for it. */
export class PostgresProxy {
  private constructor(
    private readonly entrance: Entrance,
    private target: URL,
    /** Decides over every round; may be replaced at any time. */
    public fateOf: (round: Round) => Fate,
  ) {}

  /** @param target the address of a database, as clients write it */
  static async start(target: string, fateOf: (round: Round) => Fate = () => FORWARD): Promise<PostgresProxy> {
    const server = createServer((client) => proxy.serve(client));
    const proxy = new PostgresProxy(await Entrance.open(server), new URL(target), fateOf);
    return proxy;
  }

  /** The address of the target's database, by way of the proxy. */
  get url(): string {
    return Object.assign(new URL(this.target), { hostname: '127.0.0.1', port: this.entrance.port }).href;
  }

  /** Sends new connections to another server, and cuts those that stand. */
  switchTo(target: string): void {
    this.target = new URL(target);
    this.entrance.cut();
  }

  /** Refuses connections from now on, and cuts those that stand. */
  refuse(): Promise<void> {
    return this.entrance.shut();
  }

  /** Takes connections again. */
  accept(): Promise<void> {
    return this.entrance.reopen();
  }

  close(): Promise<void> {
    return this.entrance.shut();
  }

  private serve(client: Socket): void {
    const server = connect(Number(this.target.port || 5432), this.target.hostname);
    new PostgresSession(client, server, (round) => this.fateOf(round)).start();
  }
}
