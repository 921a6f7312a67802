import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Binding, Call, Instance } from '../broker/resources.js';
import type { Endpoint } from '../specification.js';
import type { Answer, JsonObject } from '../wire/answer.js';

/** The calls with a body. */
export const WITH_BODIES: readonly Endpoint[] = ['provision', 'update', 'bind'];

/** An answer to one of them. */
export interface Sent {
  readonly resource: Instance | Binding;
  readonly answer: Answer;
  /** What it is answered when it is carried out. */
  readonly well: readonly number[];
}

/** A create, an update and, where the broker has bindings, a bind, with these changes of their bodies. */
export async function sentWith(broker: BrokerUnderTest, changes: JsonObject, call: Call = {}): Promise<Sent[]> {
  const ask = { incomplete: true, ...call };
  const bindable = broker.parts.has('anyBindable');
  const fresh = broker.instance('any');
  const created = { resource: fresh, answer: await fresh.provision(changes, ask), well: [201, 202] };
  const instance = await broker.made(bindable ? 'anyBindable' : 'any');
  const updated = { resource: instance, answer: await instance.update(changes, ask), well: [200, 202] };
  await instance.settled(updated.answer).catch(() => undefined);
  if (!bindable) return [created, updated];
  const binding = instance.binding();
  return [created, updated, { resource: binding, answer: await binding.bind(changes, ask), well: [201, 202] }];
}
