import { expectStatus, shown, type Answer, type Json } from './answer.js';
import { Exchange, type ExchangeOptions } from './exchange.js';
import type { Leftovers } from './leftovers.js';
import type { Manner } from './manner.js';
import { idsOf, type Plan } from './plan.js';
import { Surprise } from './surprise.js';

const POLL_EVERY_MS = 250;
const LONGEST_OPERATION_MS = 120_000;

/** A platform as a broker meets it. What the broker answers with 202 is polled to its end. */
export class PlatformClient {
  private readonly exchange: Exchange;

  constructor(
    private readonly options: ExchangeOptions,
    private readonly manner: Manner,
    private readonly leftovers: Leftovers,
  ) {
    this.exchange = new Exchange(options, manner);
  }

  catalog(): Promise<Answer> {
    return this.exchange.send({ method: 'GET', path: this.manner.catalogPath, kind: 'catalog' });
  }

  async provision(id: string, plan: Plan, body: Json): Promise<Answer> {
    this.leftovers.expect(id, () => this.removeLeftover(id, plan));
    return this.change('PUT', instance(id), plan, { accepts_incomplete: 'true' }, body);
  }

  /** @param plan the one before the update */
  update(id: string, plan: Plan, body: Json): Promise<Answer> {
    return this.change('PATCH', instance(id), plan, { accepts_incomplete: 'true' }, body);
  }

  async deprovision(id: string, plan: Plan): Promise<Answer> {
    const answer = await this.change('DELETE', instance(id), plan, { accepts_incomplete: 'true', ...idsOf(plan) });
    if (answer.status === 200 || answer.status === 410) this.leftovers.isGone(id);
    return answer;
  }

  /** Gives the credentials, also where they come later: the same request again tells them then. */
  async bind(id: string, bindingId: string, plan: Plan, body: Json): Promise<Answer> {
    const answer = await this.change('PUT', binding(id, bindingId), plan, this.patience(), body);
    return 'operation' in answer.body ? this.bind(id, bindingId, plan, body) : answer;
  }

  unbind(id: string, bindingId: string, plan: Plan): Promise<Answer> {
    return this.change('DELETE', binding(id, bindingId), plan, { ...this.patience(), ...idsOf(plan) });
  }

  /** Without a query: no platform sends one here. */
  fetch(id: string): Promise<Answer> {
    return this.exchange.send({ method: 'GET', path: instance(id), kind: 'read' });
  }

  fetchBinding(id: string, bindingId: string): Promise<Answer> {
    return this.exchange.send({ method: 'GET', path: binding(id, bindingId), kind: 'read' });
  }

  lastOperation(id: string, plan: Plan): Promise<Answer> {
    return this.poll(instance(id), plan, {});
  }

  close(): Promise<void> {
    return this.exchange.close();
  }

  private patience(): Record<string, string> {
    return this.manner.bindsAsynchronously ? { accepts_incomplete: 'true' } : {};
  }

  private async change(
    method: 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    plan: Plan,
    query: Record<string, string>,
    body?: Json,
  ): Promise<Answer> {
    const request = { method, path: withQuery(path, query), kind: 'lifecycle', ...(body ? { body } : {}) } as const;
    const answer = await this.exchange.send(request);
    return answer.status === 202 ? this.ended(path, plan, answer) : answer;
  }

  private async ended(path: string, plan: Plan, accepted: Answer): Promise<Answer> {
    const { operation } = accepted.body;
    const giveUpAt = Date.now() + LONGEST_OPERATION_MS;
    while (Date.now() < giveUpAt) {
      const answer = await this.poll(path, plan, typeof operation === 'string' ? { operation } : {});
      if (answer.status === 410) return answer;
      const { state } = expectStatus(answer, 200).body;
      if (state === 'succeeded') return { status: 200, body: accepted.body };
      if (state !== 'in progress') throw new Surprise('the operation to succeed', shown(answer));
      await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
    }
    throw new Surprise('the operation to end', `"in progress" for ${LONGEST_OPERATION_MS / 1000} s`);
  }

  private poll(path: string, plan: Plan, query: Record<string, string>): Promise<Answer> {
    const poll = withQuery(`${path}/last_operation`, { ...query, ...idsOf(plan) });
    return this.exchange.send({ method: 'GET', path: poll, kind: 'lifecycle' });
  }

  /** With a signal of its own: it is what follows when that of the tour has fired. */
  private async removeLeftover(id: string, plan: Plan): Promise<void> {
    const options = { ...this.options, signal: AbortSignal.timeout(LONGEST_OPERATION_MS) };
    const client = new PlatformClient(options, this.manner, this.leftovers);
    try {
      expectStatus(await client.deprovision(id, plan), 200, 410);
    } finally {
      await client.close();
    }
  }
}

const instance = (id: string): string => `/v2/service_instances/${id}`;
const binding = (id: string, bindingId: string): string => `${instance(id)}/service_bindings/${bindingId}`;

/** In the order of the alphabet, as Cloud Controller and Go have it. */
function withQuery(path: string, query: Record<string, string>): string {
  const sorted = Object.entries(query).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.length === 0 ? path : `${path}?${new URLSearchParams(sorted).toString()}`;
}
