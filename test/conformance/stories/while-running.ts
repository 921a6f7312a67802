import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { planIdOf, serviceIdOf } from '../broker/offered.js';
import type { Binding, Instance } from '../broker/resources.js';
import { Broken, Inapplicable } from '../expecting.js';
import type { Answer } from '../wire/answer.js';

/*
 * What a broker answers while one operation runs. Deletes may be accepted and end it: deleted-meanwhile.ts.
 */

/** The operation itself: from its 202 to its end. */
interface Running {
  readonly accepted: Answer;
  /** The last operation asked for with the `operation` of the 202, and without. */
  readonly polled: Answer;
  readonly polledWithout: Answer;
  readonly ended: Answer;
}

const incomplete = { incomplete: true };
const OTHER = { conformance: 'other' };

export interface WhileCreating extends Running {
  readonly instance: Instance;
  /** The same create again. */
  readonly again: Answer;
  /** The same create again without accepts_incomplete; a broker may hold it until the end. */
  readonly againWithout: Answer;
  /** The same id with other parameters, and with another plan where there is one. */
  readonly otherParameters: Answer;
  readonly otherPlan: Answer | undefined;
  readonly updated: Answer;
  readonly bound: Answer;
  readonly fetched: Answer;
}

/** While an instance is made. Needs slowCreate. */
export async function whileCreating(broker: BrokerUnderTest): Promise<WhileCreating> {
  const instance = broker.instance('slowCreate');
  const accepted = begun(await instance.provision({}, incomplete));
  const held = instance.provision();
  const other = otherPlanOf(broker, instance);
  const [again, otherParameters, otherPlan, updated, bound, fetched] = await Promise.all([
    instance.provision({}, incomplete),
    instance.provision({ parameters: { ...instance.cast.create, ...OTHER } }, incomplete),
    other === undefined ? undefined : instance.provision({ plan_id: other }, incomplete),
    instance.update({ parameters: OTHER }, incomplete),
    instance.binding().bind({}, incomplete),
    instance.fetch(),
  ]);
  const running = await toItsEnd(instance, accepted);
  return { instance, again, againWithout: await held, otherParameters, otherPlan, updated, bound, fetched, ...running };
}

/** The plan otherPlan is another one than that of sync; it may be the very plan of this instance, or of another service. */
function otherPlanOf(broker: BrokerUnderTest, { serviceId, planId }: Instance): string | undefined {
  const other = broker.parts.get('otherPlan');
  if (!other || serviceIdOf(other) !== serviceId || planIdOf(other) === planId) return undefined;
  return planIdOf(other);
}

export interface WhileUpdating extends Running {
  readonly instance: Instance;
  readonly again: Answer;
  /** Another update. */
  readonly other: Answer;
  readonly bound: Answer;
  readonly fetched: Answer;
}

/** While an instance is changed. Needs slowUpdate. */
export async function whileUpdating(broker: BrokerUnderTest): Promise<WhileUpdating> {
  const instance = await broker.made('slowUpdate');
  const accepted = begun(await instance.update({}, incomplete));
  const [again, other, bound, fetched] = await Promise.all([
    instance.update({}, incomplete),
    instance.update({ parameters: OTHER }, incomplete),
    instance.binding().bind({}, incomplete),
    instance.fetch(),
  ]);
  return { instance, again, other, bound, fetched, ...(await toItsEnd(instance, accepted)) };
}

export interface WhileDeleting extends Running {
  readonly instance: Instance;
  readonly again: Answer;
  /** A create with the same id. */
  readonly provisioned: Answer;
  readonly updated: Answer;
  readonly bound: Answer;
  readonly fetched: Answer;
}

/** While an instance is removed. Needs slowDelete. */
export async function whileDeleting(broker: BrokerUnderTest): Promise<WhileDeleting> {
  const instance = await broker.made('slowDelete');
  const accepted = begun(await instance.deprovision(incomplete));
  const [again, provisioned, updated, bound, fetched] = await Promise.all([
    instance.deprovision(incomplete),
    instance.provision({}, incomplete),
    instance.update({ parameters: OTHER }, incomplete),
    instance.binding().bind({}, incomplete),
    instance.fetch(),
  ]);
  return { instance, again, provisioned, updated, bound, fetched, ...(await toItsEnd(instance, accepted)) };
}

export interface WhileBinding extends Running {
  readonly binding: Binding;
  readonly again: Answer;
  /** The same ids with other parameters. */
  readonly other: Answer;
  readonly fetched: Answer;
  /** The last operation of the instance. */
  readonly polledInstance: Answer;
}

/** While a binding is made. Needs slowBind. */
export async function whileBinding(broker: BrokerUnderTest): Promise<WhileBinding> {
  const instance = await broker.made('slowBind');
  const binding = instance.binding();
  const accepted = begun(await binding.bind({}, incomplete));
  const [again, other, fetched, polledInstance] = await Promise.all([
    binding.bind({}, incomplete),
    binding.bind({ parameters: { ...instance.cast.bind, ...OTHER } }, incomplete),
    binding.fetch(),
    instance.lastOperation(),
  ]);
  return { binding, again, other, fetched, polledInstance, ...(await toItsEnd(binding, accepted)) };
}

export interface WhileUnbinding extends Running {
  readonly binding: Binding;
  readonly again: Answer;
  readonly fetched: Answer;
}

/** While a binding is removed. Needs slowUnbind. */
export async function whileUnbinding(broker: BrokerUnderTest): Promise<WhileUnbinding> {
  const binding = await broker.bound('slowUnbind');
  const accepted = begun(await binding.unbind(incomplete));
  const [again, fetched] = await Promise.all([binding.unbind(incomplete), binding.fetch()]);
  return { binding, again, fetched, ...(await toItsEnd(binding, accepted)) };
}

/** What is told of instances while something runs, as far as the profile names what takes its time. */
export async function polledWhileRunning(broker: BrokerUnderTest): Promise<Answer[]> {
  const stories = [
    ['slowCreate', whileCreating],
    ['slowUpdate', whileUpdating],
    ['slowDelete', whileDeleting],
  ] as const;
  const playing = stories.filter(([role]) => broker.parts.has(role)).map(([, story]) => broker.once<Running>(story));
  return (await Promise.all(playing)).map(({ polled }) => polled);
}

/** The same of bindings. */
export async function bindingsPolledWhileRunning(broker: BrokerUnderTest): Promise<Answer[]> {
  const stories = [
    ['slowBind', whileBinding],
    ['slowUnbind', whileUnbinding],
  ] as const;
  const playing = stories.filter(([role]) => broker.parts.has(role)).map(([, story]) => broker.once<Running>(story));
  return (await Promise.all(playing)).map(({ polled }) => polled);
}

export interface WhileChangingPlan extends Running {
  readonly instance: Instance;
  /** The last operation, asked for with the plan before and with the plan after. */
  readonly withPlanBefore: Answer;
  readonly withPlanAfter: Answer;
}

/** While the plan of an instance is changed. Needs slowUpdate and updateTarget. */
export async function whileChangingPlan(broker: BrokerUnderTest): Promise<WhileChangingPlan> {
  const instance = await broker.made('slowUpdate');
  const target = planIdOf(broker.cast('updateTarget'));
  const accepted = await instance.update({ plan_id: target }, incomplete);
  if (accepted.status !== 202) throw new Inapplicable(`no change of plan takes its time: ${accepted.story}`);
  const operation = accepted.word('operation');
  const ask = (planId: string): Promise<Answer> =>
    instance.lastOperation(undefined, {
      query: { service_id: instance.serviceId, plan_id: planId, ...(operation === undefined ? {} : { operation }) },
    });
  const [withPlanBefore, withPlanAfter] = await Promise.all([ask(instance.planId), ask(target)]);
  return { instance, withPlanBefore, withPlanAfter, ...(await toItsEnd(instance, accepted)) };
}

function begun(accepted: Answer): Answer {
  if (accepted.status === 202) return accepted;
  throw new Broken(`it could not begin: ${accepted.story}; expected 202, as the profile says`);
}

/** An operation that was over before the others were answered has shown nothing. */
async function toItsEnd(resource: Instance | Binding, accepted: Answer): Promise<Running> {
  const [polled, polledWithout] = await Promise.all([resource.lastOperation(accepted.word('operation')), resource.lastOperation()]);
  if (polled.body['state'] !== 'in progress') {
    throw new Error(`the operation should still run: ${polled.story}; is it as slow as the profile says?`);
  }
  return { accepted, polled, polledWithout, ended: await resource.ended(accepted) };
}
