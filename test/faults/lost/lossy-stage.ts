import { HttpProxy } from '../proxies/http-proxy.js';
import { PostgresProxy } from '../proxies/postgres-proxy.js';
import { Random } from '../random.js';
import { Stage } from '../stage.js';
import { Losses } from './losses.js';

/** Two replicas whose way to the database, and to each backend, loses answers. The bench itself looks from behind. */
export class LossyStage {
  private constructor(
    readonly stage: Stage,
    readonly losses: { readonly backend: Losses; readonly database: Losses },
    private readonly proxies: readonly { close(): Promise<void> }[],
  ) {}

  static async start(seed: number, rate: number): Promise<LossyStage> {
    const losses = {
      backend: new Losses(new Random(`${seed}/backend`), rate),
      database: new Losses(new Random(`${seed}/database`), rate),
    };
    const proxies: (HttpProxy | PostgresProxy)[] = [];
    const through = async (starting: Promise<HttpProxy | PostgresProxy>): Promise<string> => {
      const proxy = await starting;
      proxies.push(proxy);
      return proxy.url;
    };
    const stage = await Stage.start(2, {
      toDatabase: (url) => through(PostgresProxy.start(url, ({ statement }) => losses.database.fateOf(wordFor(statement)))),
      toBackend: (url) => through(HttpProxy.start(url, ({ method, path }) => losses.backend.fateOf(`${method} ${routeOf(path)}`))),
    });
    return new LossyStage(stage, losses, proxies);
  }

  begin(): void {
    for (const losses of Object.values(this.losses)) losses.begin();
  }

  end(): void {
    for (const losses of Object.values(this.losses)) losses.end();
  }

  async close(): Promise<void> {
    await this.stage.close();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }
}

/** Statements without a name are told by what they begin with. */
function wordFor(statement: string): string {
  return /^[\w-]+/.exec(statement.trim())?.[0].toLowerCase() ?? '';
}

function routeOf(path: string): string {
  const [, , what = '', , part, , tail] = path.split('/');
  const last = part === 'last_operation' || tail === 'last_operation' ? ' last_operation' : '';
  if (what !== 'service_instances') return what;
  return (part === 'service_bindings' ? 'binding' : 'instance') + last;
}
