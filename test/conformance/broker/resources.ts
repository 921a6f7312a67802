import { randomUUID } from 'node:crypto';
import { Broken } from '../expecting.js';
import type { Answer, JsonObject } from '../wire/answer.js';
import type { Ask } from '../wire/http-client.js';
import { planIdOf, serviceIdOf } from './offered.js';
import type { Cast } from './parts.js';
import type { Speaking } from './speaking.js';

export const ORGANIZATION = '7b3a8e54-97c3-4d1b-8f0c-5a9f0c2f6f10';
export const SPACE = 'f2c9b0de-5a1e-4a4e-9b52-0d6a3b1c7e21';

/** A request that may be accepted instead of done. */
export interface Call extends Ask {
  /** Sends accepts_incomplete=true. */
  readonly incomplete?: boolean;
}

/** One instance by its id: every call a platform can make for it. In bodies undefined leaves a member out. */
export class Instance {
  readonly path: string;

  constructor(
    private readonly broker: Speaking,
    readonly cast: Cast,
    readonly id: string = randomUUID(),
  ) {
    this.path = `/v2/service_instances/${encodeURIComponent(id)}`;
  }

  get serviceId(): string {
    return serviceIdOf(this.cast);
  }

  get planId(): string {
    return planIdOf(this.cast);
  }

  /** What a create sends, for requests put together by hand. */
  get provisionBody(): JsonObject {
    const { create } = this.cast;
    const ids = { service_id: this.serviceId, plan_id: this.planId, organization_guid: ORGANIZATION, space_guid: SPACE };
    return { ...ids, ...(create ? { parameters: create } : {}) };
  }

  get updateBody(): JsonObject {
    const { update } = this.cast;
    return { service_id: this.serviceId, ...(update ? { parameters: update } : {}) };
  }

  provision(changes: JsonObject = {}, call: Call = {}): Promise<Answer> {
    return this.send('PUT', { body: { ...this.provisionBody, ...changes }, ...call });
  }

  update(changes: JsonObject = {}, call: Call = {}): Promise<Answer> {
    return this.send('PATCH', { body: { ...this.updateBody, ...changes }, ...call });
  }

  deprovision(call: Call = {}): Promise<Answer> {
    return this.send('DELETE', withIds(this, call));
  }

  fetch(ask: Ask = {}): Promise<Answer> {
    return this.send('GET', ask);
  }

  lastOperation(operation?: string, ask: Ask = {}): Promise<Answer> {
    const query = operation === undefined ? {} : { query: { operation } };
    return this.broker.send('GET', `${this.path}/last_operation`, { ...query, ...ask });
  }

  /** Polls until what this answer accepted is over; gives the last answer to a poll. */
  ended(accepted: Answer): Promise<Answer> {
    return this.broker.polled(this.path, accepted.word('operation'));
  }

  /** Waits for what was accepted; where it did not go well the row cannot even begin. */
  async settled(answer: Answer): Promise<Answer> {
    return settled(answer, () => this.ended(answer));
  }

  /** A binding with an id nobody used; nothing is sent. */
  binding(id?: string): Binding {
    return new Binding(this.broker, this, id);
  }

  private send(method: string, call: Call): Promise<Answer> {
    return this.broker.send(method, this.path, withFlag(call));
  }
}

/** One binding by its id: every call a platform can make for it. In bodies undefined leaves a member out. */
export class Binding {
  readonly path: string;

  constructor(
    private readonly broker: Speaking,
    readonly instance: Instance,
    readonly id: string = randomUUID(),
  ) {
    this.path = `${instance.path}/service_bindings/${encodeURIComponent(id)}`;
  }

  /** What a bind sends, for requests put together by hand. */
  get bindBody(): JsonObject {
    const { bind } = this.instance.cast;
    const ids = { service_id: this.instance.serviceId, plan_id: this.instance.planId };
    return { ...ids, ...(bind ? { parameters: bind } : {}) };
  }

  bind(changes: JsonObject = {}, call: Call = {}): Promise<Answer> {
    return this.send('PUT', { body: { ...this.bindBody, ...changes }, ...call });
  }

  unbind(call: Call = {}): Promise<Answer> {
    return this.send('DELETE', withIds(this.instance, call));
  }

  fetch(ask: Ask = {}): Promise<Answer> {
    return this.send('GET', ask);
  }

  lastOperation(operation?: string, ask: Ask = {}): Promise<Answer> {
    const query = operation === undefined ? {} : { query: { operation } };
    return this.broker.send('GET', `${this.path}/last_operation`, { ...query, ...ask });
  }

  /** Polls until what this answer accepted is over; gives the last answer to a poll. */
  ended(accepted: Answer): Promise<Answer> {
    return this.broker.polled(this.path, accepted.word('operation'));
  }

  /** Waits for what was accepted; where it did not go well the row cannot even begin. */
  settled(answer: Answer): Promise<Answer> {
    return settled(answer, () => this.ended(answer));
  }

  private send(method: string, call: Call): Promise<Answer> {
    return this.broker.send(method, this.path, withFlag(call));
  }
}

/** The ids every delete has in its query, before those of the call. */
function withIds({ serviceId, planId }: Instance, call: Call): Call {
  if (typeof call.query === 'string') return call;
  return { ...call, query: { service_id: serviceId, plan_id: planId, ...call.query } };
}

function withFlag({ incomplete, ...ask }: Call): Ask {
  if (incomplete !== true || typeof ask.query === 'string') return ask;
  return { ...ask, query: { ...ask.query, accepts_incomplete: 'true' } };
}

async function settled(answer: Answer, end: () => Promise<Answer>): Promise<Answer> {
  if (answer.status === 200 || answer.status === 201) return answer;
  if (answer.status !== 202) throw new Broken(`it could not begin: ${answer.story}`);
  const ended = await end();
  if (ended.body['state'] === 'succeeded' || ended.status === 410) return answer;
  throw new Broken(`it could not begin: ${answer.story}, and then ${ended.story}`);
}
