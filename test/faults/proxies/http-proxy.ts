import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Entrance } from './entrance.js';
import { FORWARD, type Fate } from './fate.js';

/** HTTP can also be delivered twice; which of the two answers comes back is told. */
export type HttpFate = Fate | { readonly kind: 'duplicate'; readonly answer: 'first' | 'second' };

/** What a request's fate may depend on. */
export interface ProxiedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

interface Answer {
  readonly status: number;
  readonly headers: string[];
  readonly body: Buffer;
}

/** Stands in front of a broker. Every request gets the fate that is chosen for it when it has come in as a whole. */
export class HttpProxy {
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly entrance: Entrance,
    private target: string,
    /** Decides over every request; may be replaced at any time. */
    public fateOf: (request: ProxiedRequest) => HttpFate,
  ) {}

  static async start(target: string, fateOf: (request: ProxiedRequest) => HttpFate = () => FORWARD): Promise<HttpProxy> {
    const server = createServer({ keepAliveTimeout: 65_000 }, (incoming, response) => {
      proxy.serve(incoming, response).catch(() => response.destroy());
    });
    const proxy = new HttpProxy(await Entrance.open(server), target, fateOf);
    return proxy;
  }

  /** Without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.entrance.port}`;
  }

  /** Sends the requests that come from now on to another broker. */
  switchTo(target: string): void {
    this.target = target;
  }

  /** Refuses connections from now on, and cuts those that stand. */
  refuse(): Promise<void> {
    return this.entrance.shut();
  }

  /** Takes connections again. */
  accept(): Promise<void> {
    return this.entrance.reopen();
  }

  async close(): Promise<void> {
    await this.entrance.shut();
    this.agent.destroy();
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    const { method = '', url = '' } = incoming;
    const fate = this.fateOf({ method, path: url.split('?')[0] ?? '' });
    const forward = (): Promise<Answer> => this.forward(incoming, body);
    switch (fate.kind) {
      case 'forward':
        return give(await forward(), response);
      case 'drop':
        return cut(response);
      case 'lose answer':
        await forward();
        return cut(response);
      case 'cut answer':
        return giveHalf(await forward(), response);
      case 'delay':
        await pause(fate.delayMs);
        return give(await forward(), response);
      case 'hold':
        await fate.until;
        return give(await forward(), response);
      case 'duplicate': {
        const [first, second] = [await forward(), await forward()];
        return give(fate.answer === 'first' ? first : second, response);
      }
    }
  }

  private forward({ method, url, rawHeaders }: IncomingMessage, body: Buffer): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const { agent } = this;
    const outgoing = request(new URL(url ?? '', this.target), { method, headers: rawHeaders, agent }, (answer) => {
      bodyOf(answer).then((bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.rawHeaders, body: bytes }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
    return promise;
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function give({ status, headers, body }: Answer, response: ServerResponse): void {
  response.writeHead(status, headers).end(body);
}

/** The head promises more than comes. */
function giveHalf({ status, headers, body }: Answer, response: ServerResponse): void {
  response.writeHead(status, headers);
  response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
}

function cut(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
