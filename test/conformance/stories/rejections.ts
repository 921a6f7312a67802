import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Answer } from '../wire/answer.js';
import { otherAttributes } from './creates.js';
import { whileCreating } from './while-running.js';

const incomplete = { incomplete: true };
const NOBODYS_ID = 'conformance-nobody-offers-this';

/** How creates and binds are turned away that should be. Those that are taken all the same are left to other rows. */
export async function rejections(broker: BrokerUnderTest): Promise<Answer[]> {
  const answers = await Promise.all([badCreates(broker), badBinds(broker), tooEarly(broker), takenIds(broker)]);
  return answers.flat().filter(({ status }) => status >= 400);
}

function badCreates(broker: BrokerUnderTest): Promise<Answer[]> {
  const { parts } = broker;
  const wrong = parts.get('withSchemas')?.wrong;
  return Promise.all([
    broker.instance('any').provision({ service_id: undefined }, incomplete),
    broker.instance('any').provision({ plan_id: NOBODYS_ID }, incomplete),
    ...(wrong ? [broker.instance('withSchemas').provision({ parameters: wrong }, incomplete)] : []),
    ...(parts.has('withMaintenance')
      ? [broker.instance('withMaintenance').provision({ maintenance_info: { version: '9999.9.9' } }, incomplete)]
      : []),
    ...(parts.has('asyncOnly') ? [broker.instance('asyncOnly').provision()] : []),
  ]);
}

async function badBinds(broker: BrokerUnderTest): Promise<Answer[]> {
  const { parts } = broker;
  const answers: Answer[] = [];
  if (parts.has('anyBindable')) {
    const instance = await broker.made('anyBindable');
    answers.push(await instance.binding().bind({ service_id: undefined, plan_id: undefined }, incomplete));
    answers.push(await broker.instance('anyBindable').binding().bind({}, incomplete));
  }
  if (parts.has('notBindable')) answers.push(await (await broker.made('notBindable')).binding().bind({}, incomplete));
  return answers;
}

/** A bind to what is not made yet. */
async function tooEarly(broker: BrokerUnderTest): Promise<Answer[]> {
  return broker.parts.has('slowCreate') ? [(await broker.once(whileCreating)).bound] : [];
}

async function takenIds(broker: BrokerUnderTest): Promise<Answer[]> {
  if (!broker.parts.has('sync')) return [];
  const { otherPlan, otherSpace } = await broker.once(otherAttributes);
  return otherPlan ? [otherPlan, otherSpace] : [otherSpace];
}
