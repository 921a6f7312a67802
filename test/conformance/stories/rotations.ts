import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Binding, Call } from '../broker/resources.js';
import { Broken, Inapplicable } from '../expecting.js';
import type { Answer, JsonObject } from '../wire/answer.js';

const incomplete = { incomplete: true };

/** A bind that names nothing but its predecessor, as the specification has it; changes may name more. */
export function rotated(successor: Binding, predecessorId: string, changes: JsonObject = {}, call: Call = incomplete): Promise<Answer> {
  const nothingElse = { service_id: undefined, plan_id: undefined, parameters: undefined };
  return successor.bind({ ...nothingElse, predecessor_binding_id: predecessorId, ...changes }, call);
}

export interface Rotation {
  readonly old: Binding;
  /** What the broker gives for the old one before. */
  readonly oldTold: Answer;
  readonly successor: Binding;
  readonly told: Answer;
}

/** A binding and its successor, whose rotation has gone well. */
export async function afterRotation(broker: BrokerUnderTest, role: Role = 'rotatable'): Promise<Rotation> {
  const old = await broker.bound(role);
  const oldTold = await expectThere(await old.bind({}, incomplete));
  const successor = old.instance.binding();
  const first = await successor.settled(await rotated(successor, old.id));
  const told = first.status === 202 ? await expectThere(await rotated(successor, old.id)) : first;
  return { old, oldTold, successor, told };
}

async function expectThere(answer: Answer): Promise<Answer> {
  if (answer.status === 200) return answer;
  throw new Broken(`it could not begin: ${answer.story}; expected 200 to the same bind again`);
}

/** @throws Inapplicable where bindings of this part cannot be rotated */
export function demandRotatable(broker: BrokerUnderTest, ...roles: readonly Role[]): void {
  for (const role of roles) {
    if (broker.cast(role).plan['binding_rotatable'] !== true) throw new Inapplicable(`bindings of the plan ${role} cannot be rotated`);
  }
}
