import { randomUUID } from 'node:crypto';
import { expectStatus } from './answer.js';
import { credentialsIn, DatabaseVisit } from './database-visit.js';
import { Korifi } from './korifi.js';
import { planIn, type Plan } from './plan.js';
import type { PlatformClient } from './platform-client.js';
import type { Stage } from './stage.js';
import { expectEqual } from './surprise.js';

/** A database is created and bound by a controller that sends every request again and again. */
export function korifiStory(stage: Stage): Promise<void> {
  const korifi = new Korifi();
  const { steps } = stage;
  return stage.play(korifi, async (client) => {
    const id = randomUUID();
    const small = planIn(await steps.ask('reads the catalog', () => client.catalog(), 200), 'postgresql', 'small');
    const create = () => client.provision(id, small, korifi.provisionBody(small));
    await steps.ask('creates a database', create, 201, 200);
    await steps.take('sends the same five times at once', () => atOnce(create), () => '5 × 200');
    await bindAndUse(stage, client, korifi, id, small);
    await steps.ask('deletes the database', () => client.deprovision(id, small), 200);
    await steps.ask('deletes it again: gone', () => client.deprovision(id, small), 410);
  });
}

async function bindAndUse(
  { steps }: Stage,
  client: PlatformClient,
  korifi: Korifi,
  id: string,
  plan: Plan,
): Promise<void> {
  const bindingId = randomUUID();
  const bind = () => client.bind(id, bindingId, plan, korifi.bindBody(plan));
  const bound = await steps.ask('binds, with an empty app_guid', bind, 201, 200);
  const again = await steps.ask('binds again: the same credentials', bind, 200);
  expectEqual('credentials', again.body['credentials'], bound.body['credentials']);
  const app = await steps.take('the app logs in, with pg', () => DatabaseVisit.enter(credentialsIn(bound.body)));
  try {
    await steps.take('the app writes and reads two rows', () => app.makeTable().then(() => app.expectRows()));
    await steps.ask('unbinds', () => client.unbind(id, bindingId, plan), 200);
    await steps.take('its session has ended, its login is refused', () => app.expectThrownOut());
    await steps.ask('unbinds again: gone', () => client.unbind(id, bindingId, plan), 410);
  } finally {
    await app.leave();
  }
}

async function atOnce(create: () => ReturnType<PlatformClient['provision']>): Promise<void> {
  const answers = await Promise.all(Array.from({ length: 5 }, create));
  for (const answer of answers) expectStatus(answer, 200);
}
