import { setTimeout as pause } from 'node:timers/promises';
import type { OperationKind } from '#sdk';
import type { Answer } from '../support/http-client.js';
import { OsbClient, type PlanIds } from '../support/osb-client.js';
import { CLIENT_TIMEOUT_MS } from './bench-timings.js';
import type { ClientEntry } from './history.js';

/** What came back. `refused`: surely not sent; `reset` and `timeout`: nobody knows. */
export type Reply =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Answer['body'] }
  | { readonly kind: 'refused' | 'reset' | 'timeout' };

/** What a request is about. */
export interface Subject {
  readonly instanceId: string;
  readonly bindingId?: string;
  readonly plan: PlanIds;
  /** Of the create. */
  readonly parameters?: Record<string, unknown>;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Where the next request goes: the address of a living gateway, as a load balancer would pick one. */
export type Balancer = () => { readonly name: string; readonly url: string } | undefined;

interface Ask {
  readonly acceptsIncomplete?: boolean;
  readonly operation?: string;
}

const UP_WITHIN_MS = 30_000;

/** Sends a platform's requests to whichever gateway lives, and writes down each with what came of it. */
export class PlatformRecorder {
  private readonly connections = new Map<string, OsbClient>();

  constructor(
    readonly platform: string,
    private readonly client: string,
    private readonly login: Login,
    private readonly balancer: Balancer,
    private readonly log: ClientEntry[],
  ) {}

  provision(subject: Subject, ask: Ask = {}): Promise<Reply> {
    const { instanceId, plan } = subject;
    return this.send('provision', subject, (osb, signal) => osb.provision(instanceId, plan, parametersOf(subject), { ...ask, signal }));
  }

  /** To the plan of the subject. */
  update(subject: Subject, ask: Ask = {}): Promise<Reply> {
    const { instanceId, plan } = subject;
    return this.send('update', subject, (osb, signal) =>
      osb.update(instanceId, plan.serviceId, { plan_id: plan.planId }, { ...ask, signal }),
    );
  }

  deprovision(subject: Subject, ask: Ask = {}): Promise<Reply> {
    const { instanceId, plan } = subject;
    return this.send('deprovision', subject, (osb, signal) => osb.deprovision(instanceId, plan, { ...ask, signal }));
  }

  bind(subject: Subject, ask: Ask = {}): Promise<Reply> {
    const { instanceId, bindingId = '', plan } = subject;
    return this.send('bind', subject, (osb, signal) => osb.bind(instanceId, bindingId, plan, parametersOf(subject), { ...ask, signal }));
  }

  unbind(subject: Subject, ask: Ask = {}): Promise<Reply> {
    const { instanceId, bindingId = '', plan } = subject;
    return this.send('unbind', subject, (osb, signal) => osb.unbind(instanceId, bindingId, plan, { ...ask, signal }));
  }

  fetchBinding(subject: Subject): Promise<Reply> {
    const { instanceId, bindingId = '' } = subject;
    return this.send('fetch', subject, (osb, signal) => osb.fetchBinding(instanceId, bindingId, { signal }));
  }

  poll(subject: Subject, operation?: string): Promise<Reply> {
    const { instanceId, bindingId } = subject;
    const look = (osb: OsbClient): Promise<Answer> =>
      bindingId === undefined ? osb.lastOperation(instanceId, operation) : osb.lastBindingOperation(instanceId, bindingId, operation);
    return this.send('poll', subject, look, operation);
  }

  async close(): Promise<void> {
    await Promise.all([...this.connections.values()].map((connection) => connection.close()));
    this.connections.clear();
  }

  private async send(
    kind: OperationKind | 'poll' | 'fetch',
    { instanceId, bindingId, plan }: Subject,
    ask: (osb: OsbClient, signal: AbortSignal) => Promise<Answer>,
    operation?: string,
  ): Promise<Reply> {
    const { name, url } = await this.living();
    const entry: ClientEntry = {
      platform: this.platform,
      client: this.client,
      kind,
      instanceId,
      ...(bindingId === undefined ? {} : { bindingId }),
      planId: plan.planId,
      gateway: name,
      invokedAtMs: Date.now(),
      ...(operation === undefined ? {} : { operation }),
    };
    this.log.push(entry);
    try {
      const { status, body } = await ask(this.connection(url), AbortSignal.timeout(CLIENT_TIMEOUT_MS));
      Object.assign(entry, { status, ...told(body) });
      return { kind: 'answered', status, body };
    } catch (error) {
      entry.lost = lossOf(error);
      return { kind: entry.lost };
    } finally {
      entry.returnedAtMs = Date.now();
    }
  }

  /** People ask again when the platform is reachable again. */
  private async living(): Promise<{ name: string; url: string }> {
    const deadlineMs = Date.now() + UP_WITHIN_MS;
    for (;;) {
      const target = this.balancer();
      if (target) return target;
      if (Date.now() > deadlineMs) throw new Error('no gateway came up');
      await pause(10);
    }
  }

  private connection(url: string): OsbClient {
    const known = this.connections.get(url);
    if (known) return known;
    const fresh = new OsbClient(url, this.login.username, this.login.password);
    this.connections.set(url, fresh);
    return fresh;
  }
}

const parametersOf = ({ parameters }: Subject): Record<string, unknown> => (parameters ? { parameters } : {});

function told(body: Answer['body']): Pick<ClientEntry, 'operation' | 'state' | 'credentials'> {
  const { operation, state, credentials } = body as Record<string, unknown>;
  return {
    ...(typeof operation === 'string' ? { operation } : {}),
    ...(typeof state === 'string' ? { state } : {}),
    ...(credentials === undefined ? {} : { credentials: JSON.stringify(credentials) }),
  };
}

function lossOf(error: unknown): 'refused' | 'reset' | 'timeout' {
  const { code, name } = error as { code?: string; name?: string };
  if (code === 'ECONNREFUSED') return 'refused';
  return name === 'TimeoutError' ? 'timeout' : 'reset';
}
