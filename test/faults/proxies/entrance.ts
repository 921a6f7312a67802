import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Where a proxy listens: a free port of the loopback interface that can be shut and opened again. */
export class Entrance {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    });
  }

  static async open(server: Server): Promise<Entrance> {
    await listen(server, 0);
    return new Entrance(server, (server.address() as AddressInfo).port);
  }

  /** Refuses connections from now on, and cuts those that stand. */
  async shut(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.cut();
    await closed;
  }

  /** Takes connections again, at the same port. */
  async reopen(): Promise<void> {
    if (!this.server.listening) await listen(this.server, this.port);
  }

  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }
}

async function listen(server: Server, port: number): Promise<void> {
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  await listening;
}
