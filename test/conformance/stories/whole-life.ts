import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import { Broken } from '../expecting.js';
import type { Endpoint } from '../specification.js';
import type { Answer } from '../wire/answer.js';
import type { Ask } from '../wire/http-client.js';

export interface Step {
  readonly endpoint: Endpoint;
  readonly answer: Answer;
}

/** The life of an instance and a binding of its own, with this id for both if one is given, every request with these headers. */
export async function wholeLife(broker: BrokerUnderTest, headers: NonNullable<Ask['headers']>, id?: string): Promise<Step[]> {
  const bindable = broker.parts.has('anyBindable');
  const instance = broker.instance(bindable ? 'anyBindable' : 'any', id);
  const call = { headers, incomplete: true };
  const steps: Step[] = [];
  const step = async (endpoint: Endpoint, sent: Promise<Answer>): Promise<Answer> => {
    const answer = await sent;
    steps.push({ endpoint, answer });
    return answer;
  };
  await step('catalog', broker.send('GET', '/v2/catalog', { headers }));
  await instance.settled(await step('provision', instance.provision({}, call)));
  await step('last operation', instance.lastOperation(undefined, { headers }));
  await instance.settled(await step('update', instance.update({}, call)));
  if (broker.parts.has('fetchableInstances')) await step('fetch instance', instance.fetch({ headers }));
  if (bindable) {
    const binding = instance.binding(id);
    await binding.settled(await step('bind', binding.bind({}, call)));
    await step('last operation of a binding', binding.lastOperation(undefined, { headers }));
    if (broker.parts.has('fetchableBindings')) await step('fetch binding', binding.fetch({ headers }));
    await binding.settled(await step('unbind', binding.unbind(call)));
  }
  await instance.settled(await step('deprovision', instance.deprovision(call)));
  return steps;
}

/** The whole life of an instance goes well with these headers, and with this id. */
export async function expectWholeLife(broker: BrokerUnderTest, headers: NonNullable<Ask['headers']>, id?: string): Promise<void> {
  for (const { endpoint, answer } of await wholeLife(broker, headers, id)) {
    // What was made at once may have no last operation.
    const well = answer.status < 300 || (endpoint.startsWith('last operation') && answer.status === 404);
    if (!well) throw new Broken(`${answer.story}; expected it to be carried out with ${JSON.stringify(headers)}`);
  }
}
