import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Call } from '../broker/resources.js';
import type { Endpoint } from '../specification.js';
import type { Answer } from '../wire/answer.js';

const incomplete = { incomplete: true };

export interface Asked {
  readonly endpoint: Endpoint;
  readonly answer: Answer;
}

/** The three changes of an instance of this part, each with an instance of its own, by a call like this. */
export async function instanceChanges(broker: BrokerUnderTest, role: Role, call: Call = {}): Promise<Asked[]> {
  const [changed, doomed] = await Promise.all([broker.made(role), broker.made(role)]);
  const [provisioned, updated, deleted] = await Promise.all([
    broker.instance(role).provision({}, call),
    changed.update({ parameters: { ...changed.cast.update } }, call),
    doomed.deprovision(call),
  ]);
  return [
    { endpoint: 'provision', answer: provisioned },
    { endpoint: 'update', answer: updated },
    { endpoint: 'deprovision', answer: deleted },
  ];
}

/** The two changes of a binding of this part, each with a binding of its own, by a call like this. */
export async function bindingChanges(broker: BrokerUnderTest, role: Role, call: Call = {}): Promise<Asked[]> {
  const [instance, doomed] = await Promise.all([broker.made(role), broker.bound(role)]);
  const [bound, unbound] = await Promise.all([instance.binding().bind({}, call), doomed.unbind(call)]);
  return [
    { endpoint: 'bind', answer: bound },
    { endpoint: 'unbind', answer: unbound },
  ];
}

/** All changes of plans that finish later, with accepts_incomplete. Needs async; bindings where there are such plans. */
export async function acceptedChanges(broker: BrokerUnderTest): Promise<Asked[]> {
  const bindings = broker.parts.has('asyncBinding') ? bindingChanges(broker, 'asyncBinding', incomplete) : [];
  return (await Promise.all([instanceChanges(broker, 'async', incomplete), bindings])).flat();
}

/** All changes of plans that finish at once, with accepts_incomplete. Needs sync; bindings where there are such plans. */
export async function offeredChanges(broker: BrokerUnderTest): Promise<Asked[]> {
  const bindings = broker.parts.has('bindable') ? bindingChanges(broker, 'bindable', incomplete) : [];
  return (await Promise.all([instanceChanges(broker, 'sync', incomplete), bindings])).flat();
}

/** All changes of every kind of plan, without accepts_incomplete. */
export async function unaskedChanges(broker: BrokerUnderTest): Promise<Asked[]> {
  const has = (role: Role): boolean => broker.parts.has(role);
  const instances = (['any', 'async', 'asyncOnly'] as const).filter(has).map((role) => instanceChanges(broker, role));
  const bindings = (['anyBindable', 'asyncBinding', 'asyncOnlyBinding'] as const).filter(has).map((role) => bindingChanges(broker, role));
  return (await Promise.all([...instances, ...bindings])).flat();
}
