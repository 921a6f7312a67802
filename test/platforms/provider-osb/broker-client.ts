import { randomUUID } from 'node:crypto';
import type { JsonBody } from '../../support/http-client.js';
import { basic } from '../../support/http-client.js';
import type { Exchange, WireRequest } from '../exchange.js';
import { encode } from '../go-json.js';
import { BINDING, FETCHED_INSTANCE, INSTANCE, LAST_OPERATION, OPERATION, OsbError, read, type Reading } from './answers.js';

export interface PlanOf {
  readonly service_id: string;
  readonly plan_id: string;
}

/** `operation` is there only if the answer was 202. */
export interface Answer {
  readonly status: number;
  readonly isAsync: boolean;
  readonly body: JsonBody;
}

/** The process has no user of its own, and says so. */
export const IDENTITY = `kubernetes ${Buffer.from('{"username":"","uid":"","groups":null,"extra":{}}').toString('base64')}`;

const CHANGED = [200, 201, 202];
/** The versions in which an instance and a binding can be fetched. */
const GETS = ['2.14', '2.15', '2.16', '2.17'];

/** Sends what provider-osb and its client library send: no plan and no service on a GET, nobody who provisions. */
export class BrokerClient {
  constructor(
    private readonly exchange: Exchange,
    private readonly login: { readonly username: string; readonly password: string },
    private readonly osbVersion: string,
  ) {}

  async fetchInstance(id: string): Promise<Answer> {
    this.requireGet();
    return this.send('GET', instance(id), NOTHING_NAMED, { statuses: [200], type: FETCHED_INSTANCE }, { isNamed: false });
  }

  provision(id: string, body: JsonBody): Promise<Answer> {
    return this.send('PUT', instance(id), ACCEPTS_INCOMPLETE, { statuses: CHANGED, type: INSTANCE }, { body, isNamed: false });
  }

  update(id: string, body: JsonBody): Promise<Answer> {
    return this.send('PATCH', instance(id), ACCEPTS_INCOMPLETE, { statuses: [200, 202], type: INSTANCE }, { body });
  }

  /** The body of an end is not read. */
  async deprovision(id: string, plan: PlanOf): Promise<Answer> {
    return this.send('DELETE', instance(id), { ...plan, ...ACCEPTS_INCOMPLETE }, { statuses: [200, 202, 410], accepted: OPERATION });
  }

  async fetchBinding(id: string, binding: string): Promise<Answer> {
    this.requireGet();
    return this.send('GET', bindingOf(id, binding), NOTHING_NAMED, { statuses: [200], type: BINDING }, { isNamed: false });
  }

  bind(id: string, binding: string, body: JsonBody): Promise<Answer> {
    return this.send('PUT', bindingOf(id, binding), ACCEPTS_INCOMPLETE, { statuses: CHANGED, type: BINDING }, { body });
  }

  /** Neither plan nor service: the predecessor stands for them. */
  rotate(id: string, binding: string, predecessor: string): Promise<Answer> {
    return this.bind(id, binding, { predecessor_binding_id: predecessor });
  }

  unbind(id: string, binding: string, plan: PlanOf): Promise<Answer> {
    return this.send('DELETE', bindingOf(id, binding), { ...plan, ...ACCEPTS_INCOMPLETE }, { statuses: [200, 202, 410], type: OPERATION });
  }

  /** A poll of a binding names its operation even when it has no name. */
  lastOperation(id: string, binding: string | undefined, plan: PlanOf, operation: string): Promise<Answer> {
    const path = binding === undefined ? instance(id) : bindingOf(id, binding);
    const query = binding === undefined && operation === '' ? { ...plan } : { ...plan, operation };
    return this.send('GET', `${path}/last_operation`, query, { statuses: [200], type: LAST_OPERATION });
  }

  /** Its own library refuses a GET before anything is sent. A version it does not know, or none, is its oldest. */
  private requireGet(): void {
    if (!GETS.includes(this.osbVersion)) throw new OsbError(`must have API version >= 2.14. Current: ${this.osbVersion}`);
  }

  private async send(
    method: WireRequest['method'],
    path: string,
    query: Readonly<Record<string, string>>,
    reading: Reading & { readonly accepted?: Reading['type'] },
    { body, isNamed = true }: { readonly body?: JsonBody; readonly isNamed?: boolean } = {},
  ): Promise<Answer> {
    const search = new URLSearchParams(query);
    search.sort();
    const headers = { ...this.headers(), ...(body && { 'Content-Type': 'application/json' }), ...(isNamed && { 'X-Broker-API-Originating-Identity': IDENTITY }) };
    const reply = await this.exchange.send({ method, path: `${path}?${search.toString()}`, headers, ...(body && { body: encode(body) }) });
    const isAsync = reply.kind === 'answered' && reply.status === 202;
    return { ...read(reply, { statuses: reading.statuses, type: isAsync ? (reading.accepted ?? reading.type) : reading.type }), isAsync };
  }

  private headers(): Record<string, string> {
    return {
      'User-Agent': 'Go-http-client/1.1',
      'Accept-Encoding': 'gzip',
      'X-Broker-API-Version': this.osbVersion,
      'X-Broker-API-Request-Identity': randomUUID(),
      Authorization: basic(this.login.username, this.login.password),
    };
  }
}

const ACCEPTS_INCOMPLETE = { accepts_incomplete: 'true' };
const NOTHING_NAMED = { plan_id: '', service_id: '' };

const instance = (id: string): string => `/v2/service_instances/${id}`;
const bindingOf = (id: string, binding: string): string => `${instance(id)}/service_bindings/${binding}`;
