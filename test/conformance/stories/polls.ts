import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Binding, Instance } from '../broker/resources.js';
import { Broken, expectSame, expectStatus, expectThat } from '../expecting.js';
import type { Answer } from '../wire/answer.js';

/*
 * Operations that are polled to their end, and what is told of them then. Polls while they run: while-running.ts.
 */

type Resource = Instance | Binding;

/** An operation from its 202 on. */
export interface Polled {
  readonly accepted: Answer;
  /** The poll that told of its end. */
  readonly ended: Answer;
  /** Three more of them. */
  readonly afterwards: readonly Answer[];
}

const incomplete = { incomplete: true };

/** Polls what was accepted to its end, and goes on. Undefined for everything else: other rows look at that. */
async function polled(resource: Resource, answer: Answer): Promise<Polled | undefined> {
  if (answer.status !== 202) return undefined;
  const ended = await resource.ended(answer);
  const afterwards: Answer[] = [];
  while (afterwards.length < 3) afterwards.push(await resource.lastOperation(answer.word('operation')));
  return { accepted: answer, ended, afterwards };
}

/** The polls of operations that are known to have been accepted. */
export const known = (...all: readonly (Polled | undefined)[]): Polled[] => all.filter((each) => each !== undefined);

/** Everything that was told of operations. */
export const pollsOf = (all: readonly Polled[]): Answer[] => all.flatMap(({ ended, afterwards }) => [ended, ...afterwards]);

/** What was accepted, as the profile says. */
async function acceptedAndPolled(resource: Resource, answer: Answer): Promise<Polled> {
  const operation = await polled(resource, answer);
  if (operation) return operation;
  throw new Broken(`it could not begin: ${answer.story}; expected 202, as the profile says`);
}

export interface PolledLife {
  readonly instance: Instance;
  readonly created: Polled;
  /** The create asked for in other ways: with its ids, with an operation in which every byte is encoded, without any. */
  readonly withIds: Answer;
  readonly encoded: Answer;
  readonly unnamed: Answer;
  /** What was told of the instance when the create had gone well. */
  readonly fetched: Answer;
  readonly updated: Polled | undefined;
  readonly deleted: Polled | undefined;
  /** What is told of the create in the end, where it has a name. */
  readonly createdInTheEnd: Answer | undefined;
}

/** The life of an instance whose operations take a while. Needs async. */
export async function polledLife(broker: BrokerUnderTest): Promise<PolledLife> {
  const instance = broker.instance('async');
  const created = await acceptedAndPolled(instance, await instance.provision({}, incomplete));
  const fetched = await instance.fetch();
  const others = await askedOtherwise(instance, instance, created.accepted);
  const updated = await polled(instance, await instance.update({}, incomplete));
  const deleted = await polled(instance, await instance.deprovision(incomplete));
  const createdInTheEnd = await askedByName(instance, created.accepted);
  return { instance, created, fetched, ...others, updated, deleted, createdInTheEnd };
}

export interface PolledBinding extends Omit<PolledLife, 'instance' | 'updated'> {
  readonly binding: Binding;
}

/** The life of a binding whose operations take a while. Needs asyncBinding. */
export async function polledBinding(broker: BrokerUnderTest): Promise<PolledBinding> {
  const instance = await broker.made('asyncBinding');
  const binding = instance.binding();
  const created = await acceptedAndPolled(binding, await binding.bind({}, incomplete));
  const fetched = await binding.fetch();
  const others = await askedOtherwise(binding, instance, created.accepted);
  const deleted = await polled(binding, await binding.unbind(incomplete));
  return { binding, created, fetched, ...others, deleted, createdInTheEnd: await askedByName(binding, created.accepted) };
}

async function askedOtherwise(
  resource: Resource,
  { serviceId, planId }: Instance,
  accepted: Answer,
): Promise<Pick<PolledLife, 'withIds' | 'encoded' | 'unnamed'>> {
  const operation = accepted.word('operation');
  const ids = { service_id: serviceId, plan_id: planId };
  return {
    withIds: await resource.lastOperation(undefined, { query: operation === undefined ? ids : { ...ids, operation } }),
    encoded: await resource.lastOperation(undefined, operation === undefined ? {} : { query: `operation=${everyByteEncoded(operation)}` }),
    unnamed: await resource.lastOperation(),
  };
}

const everyByteEncoded = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');

async function askedByName(resource: Resource, accepted: Answer): Promise<Answer | undefined> {
  const operation = accepted.word('operation');
  return operation === undefined ? undefined : resource.lastOperation(operation);
}

export interface Failures {
  readonly created: Polled | undefined;
  readonly updated: Polled | undefined;
  /** An update that leaves the instance unusable. */
  readonly unusable: Polled | undefined;
  readonly deleted: Polled | undefined;
}

/** Operations of instances that fail, as far as the profile names some. */
export async function failures(broker: BrokerUnderTest): Promise<Failures> {
  const update = (instance: Instance): Promise<Answer> => instance.update({}, incomplete);
  const [created, updated, unusable, deleted] = await Promise.all([
    failure(broker, 'failingCreate', async () => broker.instance('failingCreate'), (instance) => instance.provision({}, incomplete)),
    failure(broker, 'failingUpdate', () => broker.made('failingUpdate'), update),
    failure(broker, 'unusableUpdate', () => broker.made('unusableUpdate'), update),
    failure(broker, 'failingDelete', () => broker.made('failingDelete'), (instance) => instance.deprovision(incomplete)),
  ]);
  return { created, updated, unusable, deleted };
}

/** Operations of bindings that fail, as far as the profile names some. */
export async function bindingFailures(broker: BrokerUnderTest): Promise<Pick<Failures, 'created' | 'deleted'>> {
  const unused = async (): Promise<Binding> => (await broker.made('failingBind')).binding();
  const [created, deleted] = await Promise.all([
    failure(broker, 'failingBind', unused, (binding) => binding.bind({}, incomplete)),
    failure(broker, 'failingUnbind', () => broker.bound('failingUnbind'), (binding) => binding.unbind(incomplete)),
  ]);
  return { created, deleted };
}

async function failure<T extends Resource>(
  broker: BrokerUnderTest,
  role: Role,
  make: () => Promise<T>,
  change: (resource: T) => Promise<Answer>,
): Promise<Polled | undefined> {
  if (!broker.parts.has(role)) return undefined;
  const resource = await make();
  return acceptedAndPolled(resource, await change(resource));
}

export interface Overtaken {
  /** An update that failed, and what is told of it when another one has gone well. */
  readonly failed: Answer;
  readonly byName: Answer | undefined;
  /** The last operation without a name. */
  readonly unnamed: Answer;
}

/** An update that fails, and one that goes well after it. Needs failingUpdate. */
export async function overtaken(broker: BrokerUnderTest): Promise<Overtaken> {
  const instance = await broker.made('failingUpdate');
  const { accepted, ended } = await acceptedAndPolled(instance, await instance.update({}, incomplete));
  await instance.settled(await instance.update({ parameters: undefined }, incomplete));
  return { failed: ended, byName: await askedByName(instance, accepted), unnamed: await instance.lastOperation() };
}

/** Retry-After, where there is one, is a number of seconds. */
export function expectSeconds(answer: Answer): void {
  const value = answer.header('Retry-After');
  expectThat(value === undefined || /^\d+$/.test(value), `${answer.story}; expected Retry-After in whole seconds, not ${value ?? ''}`);
}

/** A later poll tells the same. */
export function expectTheSameAgain({ ended, afterwards }: Polled): void {
  for (const again of afterwards) {
    expectStatus(again, ended.status);
    expectSame(ended, again, 'state', 'description');
  }
}
