import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Binding, Instance } from '../broker/resources.js';
import type { Endpoint } from '../specification.js';
import type { Answer } from '../wire/answer.js';
import type { Ask } from '../wire/http-client.js';

/** A request that would do what its call is for. */
export interface PlannedCall {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: string;
  readonly ask: Ask;
}

export interface Reply extends PlannedCall {
  readonly answer: Answer;
}

interface Living {
  readonly instance: Instance;
  /** Where the broker has bindings at all. */
  readonly binding?: Binding;
}

/** An instance with a binding that no row removes. */
export const living = (broker: BrokerUnderTest): Promise<Living> => alive(broker);

/** Another one, for deletes that are to be turned away: a bad broker may carry them out. */
const doomed = (broker: BrokerUnderTest): Promise<Living> => alive(broker);

async function alive(broker: BrokerUnderTest): Promise<Living> {
  if (!broker.parts.has('anyBindable')) return { instance: await broker.made('any') };
  const binding = await broker.bound('anyBindable');
  return { instance: binding.instance, binding };
}

export const CHANGES: readonly Endpoint[] = ['provision', 'update', 'deprovision', 'bind', 'unbind'];
export const READS: readonly Endpoint[] = [
  'catalog',
  'fetch instance',
  'last operation',
  'fetch binding',
  'last operation of a binding',
];

/** Each of the ten calls the broker has; reads and changes are for what lives, creates have ids nobody used. */
export async function everyCall(broker: BrokerUnderTest): Promise<PlannedCall[]> {
  const [{ instance, binding }, doom] = await Promise.all([broker.once(living), broker.once(doomed)]);
  const fresh = broker.instance('any');
  const query = { service_id: instance.serviceId, plan_id: instance.planId, accepts_incomplete: 'true' };
  const incomplete = { accepts_incomplete: 'true' };
  const calls: PlannedCall[] = [
    { endpoint: 'catalog', method: 'GET', path: '/v2/catalog', ask: {} },
    { endpoint: 'provision', method: 'PUT', path: fresh.path, ask: { query: incomplete, body: fresh.provisionBody } },
    { endpoint: 'update', method: 'PATCH', path: instance.path, ask: { query: incomplete, body: instance.updateBody } },
    { endpoint: 'fetch instance', method: 'GET', path: instance.path, ask: {} },
    { endpoint: 'last operation', method: 'GET', path: `${instance.path}/last_operation`, ask: {} },
    { endpoint: 'deprovision', method: 'DELETE', path: doom.instance.path, ask: { query } },
  ];
  if (!binding || !doom.binding) return calls;
  const another = instance.binding();
  return [
    ...calls.slice(0, -1),
    { endpoint: 'bind', method: 'PUT', path: another.path, ask: { query: incomplete, body: another.bindBody } },
    { endpoint: 'fetch binding', method: 'GET', path: binding.path, ask: {} },
    { endpoint: 'last operation of a binding', method: 'GET', path: `${binding.path}/last_operation`, ask: {} },
    { endpoint: 'unbind', method: 'DELETE', path: doom.binding.path, ask: { query } },
    ...calls.slice(-1),
  ];
}

/** Sends every call, or some, with these changes; meant for changes that make the broker turn them away. */
export async function everywhere(broker: BrokerUnderTest, changes: Ask, endpoints?: readonly Endpoint[]): Promise<Reply[]> {
  const calls = (await everyCall(broker)).filter(({ endpoint }) => endpoints?.includes(endpoint) ?? true);
  return Promise.all(calls.map(async (call) => ({ ...call, answer: await broker.send(call.method, call.path, merged(call.ask, changes)) })));
}

function merged(ask: Ask, { raw, ...changes }: Ask): Ask {
  if (raw === undefined) return { ...ask, ...changes };
  const { body: _replaced, ...rest } = ask;
  return { ...rest, ...changes, raw };
}
