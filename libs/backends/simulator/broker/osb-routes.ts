import { BrokerError, type ServiceBackend } from '#sdk';
import type { StateStore } from '../state-file.js';
import type { Answer } from './answer.js';
import { Bindings } from './bindings.js';
import { Following } from './following.js';
import { checkVersion, type GateOptions } from './gate.js';
import { Instances } from './instances.js';
import { KnownCatalog } from './known-catalog.js';
import { optionalQuery, type OsbRequest, type ReceivedRequest } from './osb-request.js';
import { Reads } from './reads.js';
import { Records } from './records.js';

type Handler = (request: OsbRequest) => Promise<Answer>;

interface Route {
  readonly pattern: RegExp;
  readonly methods: Readonly<Record<string, Handler>>;
}

export interface OsbRoutesOptions extends GateOptions {
  readonly backend: ServiceBackend;
  readonly store?: StateStore;
  readonly signal: AbortSignal;
}

const INSTANCE = '/v2/service_instances/([^/]*)';
const BINDING = `${INSTANCE}/service_bindings/([^/]*)`;

/** The ten routes of the Open Service Broker API. */
export class OsbRoutes {
  readonly records: Records;
  readonly #routes: readonly Route[];

  constructor(private readonly options: OsbRoutesOptions) {
    const { backend, signal } = options;
    this.records = new Records(options.store);
    const workshop = { backend, signal, records: this.records };
    const catalog = new KnownCatalog(backend);
    const following = new Following(workshop);
    const instances = new Instances(workshop, following, catalog);
    const bindings = new Bindings(workshop, following, catalog);
    const reads = new Reads(workshop, following, bindings, catalog);
    this.#routes = [
      route('/v2/catalog', { GET: ({ headers }) => catalog.answer(headers['if-none-match'], signal) }),
      route(INSTANCE, {
        PUT: (request) => instances.provision(request),
        PATCH: (request) => instances.update(request),
        DELETE: (request) => instances.deprovision(request),
        GET: (request) => reads.instance(request),
      }),
      route(`${INSTANCE}/last_operation`, { GET: (request) => reads.lastInstanceOperation(request) }),
      route(BINDING, {
        PUT: (request) => bindings.bind(request),
        DELETE: (request) => bindings.unbind(request),
        GET: (request) => reads.binding(request),
      }),
      route(`${BINDING}/last_operation`, { GET: (request) => reads.lastBindingOperation(request) }),
    ];
  }

  async answer({ method, url, headers, body }: ReceivedRequest): Promise<Answer> {
    const [path, query] = splitAt(url, '?');
    const found = this.#routes.find(({ pattern }) => pattern.test(path));
    if (found === undefined) throw new BrokerError('NotFound', 'There is no such route; see the paths under /v2.');
    checkVersion(headers, this.options);
    const handler = found.methods[method];
    if (handler === undefined) throw new BrokerError('MethodNotAllowed', `The route has no method ${method}.`);
    const [instanceId = '', bindingId = ''] = (found.pattern.exec(path) ?? []).slice(1).map(decoded);
    const request = { instanceId, bindingId, query: new URLSearchParams(query), headers, body };
    for (const name of ['service_id', 'plan_id']) optionalQuery(request, name);
    return handler(request);
  }
}

function route(path: string, methods: Route['methods']): Route {
  return { pattern: new RegExp(`^${path}$`), methods };
}

/** Decodes a path segment, once. */
function decoded(segment: string): string {
  try {
    const id = decodeURIComponent(segment);
    if (id !== '') return id;
  } catch {
    throw new BrokerError('BadRequest', 'An id in the path is not properly percent-encoded.');
  }
  throw new BrokerError('BadRequest', 'An id in the path is empty.');
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
