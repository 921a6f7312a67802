import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** An address that stays while the server behind it changes, as the name of a managed database or a virtual IP. */
export class SwitchableAddress {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private target: number,
  ) {
    server.on('connection', (client: Socket) => this.forward(client));
  }

  /** Leads to this port of the loopback interface, until it is switched. */
  static async to(port: number): Promise<SwitchableAddress> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SwitchableAddress(server, port);
  }

  /** The same URL, by way of this address. */
  urlFor(url: string): string {
    const { port } = this.server.address() as AddressInfo;
    return Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href;
  }

  /** Leads new connections elsewhere; those that stand stay where they are. */
  switchTo(port: number): void {
    this.target = port;
  }

  /** Ends the connections that stand. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.cut();
    await closed;
  }

  private forward(client: Socket): void {
    const server = connect({ host: '127.0.0.1', port: this.target });
    for (const [socket, other] of [[client, server], [server, client]] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
