import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** The way to a database server, which can be shut as if the server were away, and opened again. */
export class DatabaseDoor {
  private readonly sockets = new Set<Socket>();
  private port = 0;
  private server: Server | undefined;

  private constructor(private readonly target: URL) {}

  static async to(url: string): Promise<DatabaseDoor> {
    const door = new DatabaseDoor(new URL(url));
    await door.open();
    return door;
  }

  get url(): string {
    return Object.assign(new URL(this.target), { hostname: '127.0.0.1', port: String(this.port) }).href;
  }

  async open(): Promise<void> {
    this.server = createServer((client) => this.connect(client)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async shut(): Promise<void> {
    const closed = this.server && once(this.server, 'close');
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Connections stay, and nothing comes through them any more, as when the network drops every packet. */
  freeze(): void {
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  private connect(client: Socket): void {
    const upstream = connect({ host: this.target.hostname, port: Number(this.target.port) });
    for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
