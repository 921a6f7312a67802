import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Answer } from '../wire/answer.js';
import { everywhere } from './every-call.js';
import { failures } from './failures.js';
import { wholeLife } from './whole-life.js';

/** Answers of every call: of a life that goes well, of errors, and of what strangers are told. */
export async function everyAnswer(broker: BrokerUnderTest): Promise<Answer[]> {
  const strangers = broker.parts.has('login') ? everywhere(broker, { headers: { Authorization: undefined } }) : [];
  const told = await Promise.all([wholeLife(broker, {}), broker.once(failures), strangers]);
  return told.flat().map(({ answer }) => answer);
}
