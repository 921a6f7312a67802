import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { SimulatorSettingsInput } from '#backends/simulator';
import type { PlanIds } from './osb-client.js';
import { startRemote, type RemoteSimulator } from './remote-simulator.js';

/**
 * How a broker keeps its callers waiting. `mute`: does what it is asked and never answers. `silent`: takes connections
 * and reads nothing. `dripping`: does what it is asked and begins an answer that comes byte by byte and never ends.
 */
export type Manner = 'mute' | 'silent' | 'dripping';

const DRIP_EVERY_MS = 100;

/** A simulator as a broker of its own that hangs when told to; who hangs then goes on hanging when it works again. */
export class HangingBroker {
  private manner: Manner | 'working' = 'working';
  private readonly sockets = new Set<Socket>();
  private readonly agent = new Agent({ keepAlive: true });
  private readonly http = createServer((incoming, response) => void this.serve(incoming, response));

  private constructor(
    private readonly serviceName: string,
    readonly remote: RemoteSimulator,
    private readonly entrance: Server,
  ) {
    entrance.on('connection', (socket: Socket) => this.take(socket));
  }

  static async start(serviceName: string, settings: SimulatorSettingsInput = {}): Promise<HangingBroker> {
    const remote = await startRemote({ ...settings, serviceName });
    const entrance = createTcpServer().listen(0, '127.0.0.1');
    await once(entrance, 'listening');
    return new HangingBroker(serviceName, remote, entrance);
  }

  /** For a backend of type `osb`. */
  get settings(): RemoteSimulator['settings'] {
    return { ...this.remote.settings, url: `http://127.0.0.1:${(this.entrance.address() as AddressInfo).port}` };
  }

  plan(name: string): PlanIds {
    return { serviceId: `${this.serviceName}-service`, planId: `${this.serviceName}-${name}` };
  }

  /** What exists there, by the ids it was given. */
  instanceIds(): string[] {
    return this.remote.simulator.ledger.inventory.instances().map(({ instanceId }) => instanceId);
  }

  /** Lets every asynchronous operation end, however long it was to take. */
  finish(): void {
    for (const instance of this.remote.simulator.ledger.inventory.instances()) {
      for (const operation of instance.operations) Object.assign(operation, { startedAtMs: 0 });
    }
  }

  hang(manner: Manner): void {
    this.manner = manner;
  }

  work(): void {
    this.manner = 'working';
  }

  /** Cuts every connection. */
  hangUp(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.entrance.close();
    this.hangUp();
    this.agent.destroy();
    await this.remote.broker.close();
  }

  private take(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    if (this.manner !== 'silent') this.http.emit('connection', socket);
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { manner } = this;
    if (manner === 'silent') return;
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method, url = '', rawHeaders } = incoming;
    const forwarded = request(new URL(url, this.remote.broker.url), { method, headers: rawHeaders, agent: this.agent });
    forwarded.on('error', () => response.destroy()).on('response', (answer) => {
      if (manner === 'working') answer.pipe(response.writeHead(answer.statusCode ?? 500, answer.rawHeaders));
      else answer.resume();
    });
    forwarded.end(Buffer.concat(chunks));
    if (manner === 'dripping') drip(response);
  }
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), DRIP_EVERY_MS);
  response.on('close', () => clearInterval(timer));
}
