import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import type { Binding, Instance } from '../broker/resources.js';
import { Broken } from '../expecting.js';
import type { Answer } from '../wire/answer.js';
import { fetchedIfAnnounced } from './creates.js';

const incomplete = { incomplete: true };
const OTHER = { conformance: 'other' };
const AT_ONCE = 20;

export interface TurnedAway {
  readonly instance: Instance;
  /** Another update and a bind, while an update runs. */
  readonly update: Answer;
  readonly bind: Answer;
  readonly binding: Binding;
  /** What is told of the instance when the first update is over; undefined where it cannot be asked. */
  readonly after: Answer | undefined;
  /** The other update again, then. */
  readonly updatedLater: Answer;
}

/** An instance that is changed, asked for more meanwhile, and again when that is over. Needs slowUpdate. */
export async function changedMeanwhile(broker: BrokerUnderTest): Promise<TurnedAway> {
  const instance = await broker.made('slowUpdate');
  const accepted = begun(await instance.update({}, incomplete));
  const binding = instance.binding();
  const [update, bind] = await Promise.all([instance.update({ parameters: OTHER }, incomplete), binding.bind({}, incomplete)]);
  await instance.ended(accepted);
  const after = await fetchedIfAnnounced(instance);
  return { instance, update, bind, binding, after, updatedLater: await instance.update({ parameters: OTHER }, incomplete) };
}

export interface MadeMeanwhile {
  readonly instance: Instance;
  /** A create with the id of what is being removed, and the same when that is over. */
  readonly create: Answer;
  readonly createdLater: Answer;
}

/** An instance that is removed, asked for again meanwhile, and when that is over. Needs slowDelete. */
export async function madeMeanwhile(broker: BrokerUnderTest): Promise<MadeMeanwhile> {
  const instance = await broker.made('slowDelete');
  const accepted = begun(await instance.deprovision(incomplete));
  const create = await instance.provision({}, incomplete);
  await instance.ended(accepted);
  return { instance, create, createdLater: await instance.provision({}, incomplete) };
}

export interface SideBySide {
  /** A bind that runs and how it ended, and one with another id meanwhile. */
  readonly ended: Answer;
  readonly other: Answer;
  readonly otherBinding: Binding;
}

/** Two bindings of one instance, made at once. Needs slowBind. */
export async function boundSideBySide(broker: BrokerUnderTest): Promise<SideBySide> {
  const instance = await broker.made('slowBind');
  const binding = instance.binding();
  const accepted = begun(await binding.bind({}, incomplete));
  const otherBinding = instance.binding();
  const other = await otherBinding.bind({}, incomplete);
  return { ended: await binding.ended(accepted), other, otherBinding };
}

export interface Crowd {
  readonly instance: Instance;
  readonly answers: readonly Answer[];
  /** What deletes of it are answered, one after the other. */
  readonly deletes: readonly [Answer, Answer];
}

/** The same create many times at once, of an instance of this part; it is removed then. */
export async function crowd(broker: BrokerUnderTest, role: Role): Promise<Crowd> {
  const instance = broker.instance(role);
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => instance.provision({}, incomplete)));
  const accepted = answers.find(({ status }) => status === 202);
  if (accepted) await instance.ended(accepted);
  const first = await instance.deprovision(incomplete);
  if (first.status === 202) await instance.ended(first);
  return { instance, answers, deletes: [first, await instance.deprovision(incomplete)] };
}

function begun(accepted: Answer): Answer {
  if (accepted.status === 202) return accepted;
  throw new Broken(`it could not begin: ${accepted.story}; expected 202, as the profile says`);
}
