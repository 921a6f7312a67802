import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Cast } from '../broker/parts.js';
import type { Binding, Instance } from '../broker/resources.js';
import { Broken, expectStatus, Inapplicable } from '../expecting.js';
import type { Answer, JsonObject } from '../wire/answer.js';

/** The change is answered with one of these, and goes well. */
export async function expectAccepted(resource: Instance | Binding, answer: Answer, statuses: readonly number[]): Promise<void> {
  expectStatus(answer, ...statuses);
  if (answer.status !== 202) return;
  const ended = await resource.ended(answer);
  if (ended.body['state'] !== 'succeeded') throw new Broken(`${answer.story}, and then ${ended.story}; expected it to go well`);
}

/** The version the plan withMaintenance has in the catalog. */
export function maintenanceVersion(broker: BrokerUnderTest): string {
  const info = broker.cast('withMaintenance').plan['maintenance_info'];
  return String((info as { version?: unknown } | null)?.version);
}

/** The id of another plan of the same service. */
export function anotherPlanOf({ service, plan }: Cast): unknown {
  const others = (service['plans'] as readonly JsonObject[]).filter(({ id }) => id !== plan['id']);
  if (others[0]) return others[0]['id'];
  throw new Inapplicable(`the service ${String(service['name'])} has one plan only`);
}
