import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Binding, Call, Instance } from '../broker/resources.js';
import { Broken, Inapplicable } from '../expecting.js';
import type { Answer } from '../wire/answer.js';

/** An operation, and a delete that came while it ran. */
export interface DeletedMeanwhile {
  /** What ran. */
  readonly accepted: Answer;
  /** The delete without accepts_incomplete. */
  readonly withoutFlag: Answer;
  /** The delete with it; undefined where the one without was accepted. */
  readonly withFlag: Answer | undefined;
  /** What became of the first operation, asked for by its own name. */
  readonly firstEnded: Answer;
  /** The last delete that was needed, with what became of it: a platform goes on until it is told 200 or 410. */
  readonly deleteEnded: Answer;
  /** What is told of it in the end, and what one more delete is answered. */
  readonly fetched: Answer;
  readonly deletedAgain: Answer;
}

const incomplete: Call = { incomplete: true };

/** An instance deleted while it is made. Needs slowCreate. */
export async function deletedWhileCreating(broker: BrokerUnderTest): Promise<DeletedMeanwhile> {
  const instance = broker.instance('slowCreate');
  return deleted(broker, instance, await instance.provision({}, incomplete), instance);
}

/** An instance deleted while it is changed. Needs slowUpdate. */
export async function deletedWhileUpdating(broker: BrokerUnderTest): Promise<DeletedMeanwhile> {
  const instance = await broker.made('slowUpdate');
  return deleted(broker, instance, await instance.update({}, incomplete), instance);
}

/** An instance deleted while a binding of it is made. Needs slowBind. */
export async function deletedWhileBinding(broker: BrokerUnderTest): Promise<DeletedMeanwhile> {
  const binding = (await broker.made('slowBind')).binding();
  return deleted(broker, binding, await binding.bind({}, incomplete), binding.instance);
}

/** An instance deleted while a binding of it is removed. Needs slowUnbind. */
export async function deletedWhileUnbinding(broker: BrokerUnderTest): Promise<DeletedMeanwhile> {
  const binding = await broker.bound('slowUnbind');
  return deleted(broker, binding, await binding.unbind(incomplete), binding.instance);
}

/** A binding deleted while it is made. Needs slowBind. */
export async function unboundWhileBinding(broker: BrokerUnderTest): Promise<DeletedMeanwhile> {
  const binding = (await broker.made('slowBind')).binding();
  return deleted(broker, binding, await binding.bind({}, incomplete), binding);
}

export interface BothPolled {
  readonly created: Answer;
  /** The delete that came while the create ran. */
  readonly deleted: Answer;
  /** How the create ended, by its own name; the delete was polled right after that, and without a name. */
  readonly createEnded: Answer;
  readonly deletePolled: Answer;
  readonly unnamed: Answer;
  /** The same when the delete is over. */
  readonly deleteEnded: Answer;
  readonly createInTheEnd: Answer;
  readonly unnamedInTheEnd: Answer;
}

/** A create and a delete that both run for a while. Needs slowCreateAndDelete. */
export async function bothPolled(broker: BrokerUnderTest): Promise<BothPolled> {
  const instance = broker.instance('slowCreateAndDelete');
  const created = await instance.provision({}, incomplete);
  if (created.status !== 202) throw new Broken(`it could not begin: ${created.story}; expected 202, as the profile says`);
  const removal = await instance.deprovision(incomplete);
  if (removal.status !== 202) throw new Inapplicable(`it takes no delete of what is being made: ${removal.story}`);
  const createEnded = await instance.ended(created);
  const [deletePolled, unnamed] = await Promise.all([instance.lastOperation(removal.word('operation')), instance.lastOperation()]);
  const deleteEnded = await instance.ended(removal);
  const [createInTheEnd, unnamedInTheEnd] = [await instance.lastOperation(created.word('operation')), await instance.lastOperation()];
  return { created, deleted: removal, createEnded, deletePolled, unnamed, deleteEnded, createInTheEnd, unnamedInTheEnd };
}

async function deleted(
  broker: BrokerUnderTest,
  running: Instance | Binding,
  accepted: Answer,
  target: Instance | Binding,
): Promise<DeletedMeanwhile> {
  if (accepted.status !== 202) throw new Broken(`it could not begin: ${accepted.story}; expected 202, as the profile says`);
  const remove = (call: Call): Promise<Answer> => ('unbind' in target ? target.unbind(call) : target.deprovision(call));
  const withoutFlag = await remove({});
  const withFlag = withoutFlag.status === 200 ? undefined : await remove(incomplete);
  const firstEnded = await running.ended(accepted);
  const deleteEnded = await removedAtLast(broker, target, remove, withFlag ?? withoutFlag);
  return { accepted, withoutFlag, withFlag, firstEnded, deleteEnded, fetched: await target.fetch(), deletedAgain: await remove(incomplete) };
}

/** Goes on as a platform does that wants to be rid of something. */
async function removedAtLast(
  broker: BrokerUnderTest,
  target: Instance | Binding,
  remove: (call: Call) => Promise<Answer>,
  first: Answer,
): Promise<Answer> {
  const until = performance.now() + broker.limits.endMs;
  for (let answer = first; ; answer = await remove(incomplete)) {
    if (answer.status === 200 || answer.status === 410) return answer;
    if (answer.status === 202) {
      const ended = await target.ended(answer);
      if (ended.status === 410 || ended.body['state'] === 'succeeded') return ended;
    }
    if (performance.now() > until) throw new Broken(`${answer.story}; expected the delete to go well at last`);
    await broker.pause();
  }
}
