import { reply, StubBroker, type Script } from '../support/stub-broker.js';

/** A broker that answers by script, for each method in turn; what has no script gets an empty object. */
export class ScriptedBroker {
  private readonly scripts = new Map<string, Script[]>();
  private readonly fallbacks = new Map<string, Script>();

  constructor(readonly broker: StubBroker) {
    broker.otherwise((response, request) => {
      const script = this.scripts.get(request.method)?.shift() ?? this.fallbacks.get(request.method) ?? reply(200);
      script(response, request);
    });
  }

  /** What the next requests of a method get, in turn. */
  next(method: string, ...scripts: Script[]): this {
    this.scripts.set(method, [...(this.scripts.get(method) ?? []), ...scripts]);
    return this;
  }

  /** What the others get, instead of an empty object. */
  otherwise(method: string, script: Script): this {
    this.fallbacks.set(method, script);
    return this;
  }

  /** Takes back what has not been used. */
  forget(method: string): void {
    this.scripts.delete(method);
  }

  /** What was sent of one method, path and query. */
  sent(method: string): string[] {
    return this.broker.requests.filter((request) => request.method === method).map(({ url }) => url);
  }

  /** The last request of a method, without the headers HTTP itself needs. */
  lastOf(method: string): { readonly url: string; readonly body: string; readonly headers: Record<string, unknown> } {
    const request = this.broker.requests.findLast((each) => each.method === method);
    if (!request) throw new Error(`no ${method}`);
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
    return { ...request, headers };
  }
}
