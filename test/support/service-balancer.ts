import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

const PROBE_EVERY_MS = 100;

/** One replica behind the balancer; where it listens may change with every start. */
export interface Replica {
  readonly name: string;
  readonly url: string | undefined;
}

/**
 * What stands in front of replicas as a Service of Kubernetes does: it looks at each one's readiness every now and then,
 * gives new connections to ready ones in turn, and leaves those that exist where they are, whatever becomes of their
 * replica. It knows nothing of HTTP on the way.
 */
export class ServiceBalancer {
  /** What it saw of the replicas' readiness, whenever that changed. */
  readonly changes: { readonly replica: string; readonly isReady: boolean }[] = [];
  /** Connections that a replica it took for ready did not accept. */
  refused = 0;
  private readonly ready = new Set<Replica>();
  private readonly sockets = new Set<Socket>();
  private turn = 0;

  private constructor(
    private readonly replicas: readonly Replica[],
    private readonly server: Server,
    private readonly timer: NodeJS.Timeout,
  ) {}

  static async start(replicas: readonly Replica[]): Promise<ServiceBalancer> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => balancer.forward(client));
    const timer = setInterval(() => void balancer.probe(), PROBE_EVERY_MS);
    const balancer: ServiceBalancer = new ServiceBalancer(replicas, server, timer);
    await balancer.probe();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  isReady(replica: Replica): boolean {
    return this.ready.has(replica);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async probe(): Promise<void> {
    await Promise.all(this.replicas.map(async (replica) => this.note(replica, await answersReady(replica))));
  }

  private note(replica: Replica, isReady: boolean): void {
    if (this.ready.has(replica) === isReady) return;
    if (isReady) this.ready.add(replica);
    else this.ready.delete(replica);
    this.changes.push({ replica: replica.name, isReady });
  }

  private forward(client: Socket): void {
    const ready = [...this.ready];
    const target = ready[this.turn++ % ready.length];
    if (target?.url === undefined) {
      this.refused += 1;
      return void client.resetAndDestroy();
    }
    const { hostname, port } = new URL(target.url);
    const replica = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    replica.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED') this.refused += 1;
    });
    this.pass(client, replica);
    this.pass(replica, client);
  }

  /** An end stays an end, and a reset a reset. */
  private pass(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.pipe(to);
    from.on('error', () => to.resetAndDestroy());
    from.once('close', (hadError) => {
      this.sockets.delete(from);
      if (!hadError && from.destroyed && !from.readableEnded) to.resetAndDestroy();
    });
  }
}

/** As a probe does it: over a connection of its own. */
async function answersReady({ url }: Replica): Promise<boolean> {
  if (url === undefined) return false;
  try {
    const { ok } = await fetch(`${url}/health/ready`, { headers: { connection: 'close' } });
    return ok;
  } catch {
    return false;
  }
}
