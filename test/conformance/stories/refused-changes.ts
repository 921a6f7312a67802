import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Binding, Instance } from '../broker/resources.js';
import { expectSame, expectStatus } from '../expecting.js';
import type { Answer } from '../wire/answer.js';
import type { Ask } from '../wire/http-client.js';

/**
 * Every change, spoilt by what is added to it, is refused and leaves all as it was: what was to be made is not there,
 * what was to be changed or removed still is.
 */
export async function expectUnchanged(
  broker: BrokerUnderTest,
  spoilt: Pick<Ask, 'headers'>,
  expectRefused: (answer: Answer) => void,
): Promise<void> {
  const call = { ...spoilt, incomplete: true };
  const fresh = broker.instance('any');
  expectRefused(await fresh.provision({}, call));
  await expectNeverMade(fresh);
  const instance = await broker.made(broker.parts.has('bindable') ? 'bindable' : 'any');
  const before = await fetched(broker, instance);
  expectRefused(await instance.update({ parameters: { conformance: 'changed' } }, call));
  expectRefused(await instance.deprovision(call));
  await expectStillThere(instance);
  const after = await fetched(broker, instance);
  if (before && after) expectSame(before, after, 'plan_id', 'parameters');
  if (broker.parts.has('bindable')) await expectBindingUnchanged(instance, call, expectRefused);
}

async function expectBindingUnchanged(instance: Instance, call: Ask, expectRefused: (answer: Answer) => void): Promise<void> {
  const fresh = instance.binding();
  expectRefused(await fresh.bind({}, call));
  await expectNeverMade(fresh);
  const binding = instance.binding();
  expectStatus(await binding.bind(), 201);
  expectRefused(await binding.unbind(call));
  await expectStillThere(binding);
}

/** A delete finds nothing. */
export async function expectNeverMade(resource: Instance | Binding): Promise<void> {
  const answer = await ('unbind' in resource ? resource.unbind({ incomplete: true }) : resource.deprovision({ incomplete: true }));
  expectStatus(answer, 410);
}

/** The same create again tells that it is there. */
export async function expectStillThere(resource: Instance | Binding): Promise<void> {
  const answer = await ('bind' in resource ? resource.bind({}, { incomplete: true }) : resource.provision({}, { incomplete: true }));
  expectStatus(answer, 200);
}

async function fetched(broker: BrokerUnderTest, instance: Instance): Promise<Answer | undefined> {
  return broker.parts.has('fetchableInstances') ? instance.fetch() : undefined;
}
