import { randomUUID } from 'node:crypto';
import { expectStatus, statusLine, type Answer } from './answer.js';
import { CloudFoundry } from './cloud-foundry.js';
import { credentialsIn, DatabaseVisit } from './database-visit.js';
import { planIn, servicesIn, type Plan } from './plan.js';
import { PlatformClient } from './platform-client.js';
import type { Stage } from './stage.js';
import { expectEqual } from './surprise.js';

/** A database is created, used by an app and a service key, made larger and deleted. */
export async function cloudFoundryStory({ exchange, leftovers, steps }: Stage): Promise<void> {
  const cf = new CloudFoundry();
  const client = new PlatformClient(exchange, cf, leftovers);
  steps.heading(cf.title);
  try {
    await new CloudFoundryStory(cf, client, steps).tell();
  } finally {
    await client.close();
  }
}

class CloudFoundryStory {
  private readonly id = randomUUID();
  private readonly appBinding = randomUUID();
  private readonly keyBinding = randomUUID();

  constructor(
    private readonly cf: CloudFoundry,
    private readonly client: PlatformClient,
    private readonly steps: Stage['steps'],
  ) {}

  async tell(): Promise<void> {
    const { client } = this;
    const catalog = await this.steps.step('reads the catalog', async () => expectStatus(await client.catalog(), 200), servicesIn);
    const [small, large] = [planIn(catalog, 'postgresql', 'small'), planIn(catalog, 'postgresql', 'large')];
    await this.create(small, large);
    await this.use(small, large);
    await this.delete(large);
  }

  private async create(small: Plan, large: Plan): Promise<void> {
    const { cf, client, id } = this;
    await this.ask('creates a database (plan small)', () => client.provision(id, small, cf.provisionBody(small)), 201, 200);
    await this.ask('sends the same request again: nothing more happens', () => client.provision(id, small, cf.provisionBody(small)), 200);
    await this.ask('asks for the same id with another plan', () => client.provision(id, large, cf.provisionBody(large)), 409);
    await this.ask('asks how the last operation went', () => client.lastOperation(id, small), 200);
    await this.expectPlan(small);
  }

  private async use(small: Plan, large: Plan): Promise<void> {
    const { cf, client, id, appBinding, steps } = this;
    const bound = await this.ask('binds an app', () => client.bind(id, appBinding, small, cf.appBindBody(small)), 201, 200);
    const credentials = credentialsIn(bound.body);
    const app = await steps.step('the app logs in with pg', () => DatabaseVisit.enter(credentials), () => credentials.username);
    try {
      await steps.step('the app makes a table, writes two rows', () => app.makeTable());
      await steps.step('the app reads them back', () => app.expectRows());
      await this.useKey(small);
      await this.ask('updates to plan large', () => client.update(id, small, cf.updateBody(small, large)), 200);
      await this.expectPlan(large);
      await steps.step('the rows are still there', () => app.expectRows());
      await this.ask('unbinds the app', () => client.unbind(id, appBinding, large), 200);
      await steps.step('its session has ended, its login is refused', () => app.expectThrownOut());
      await this.ask('unbinds it again: gone already', () => client.unbind(id, appBinding, large), 410);
    } finally {
      await app.leave();
    }
  }

  private async useKey(plan: Plan): Promise<void> {
    const { cf, client, id, keyBinding, steps } = this;
    const body = cf.keyBindBody(plan, { role: 'readonly' });
    const bound = await this.ask('creates a service key that may only read', () => client.bind(id, keyBinding, plan, body), 201, 200);
    const credentials = credentialsIn(bound.body);
    const key = await steps.step('somebody logs in with the key', () => DatabaseVisit.enter(credentials), () => credentials.username);
    try {
      await steps.step('the key reads the rows of the app', () => key.expectRows());
      await steps.step('the key is kept from deleting them', () => key.expectReadOnly(), () => 'SQLSTATE 42501');
      await this.ask('deletes the service key', () => client.unbind(id, keyBinding, plan), 200);
      await steps.step('its session has ended, its login is refused', () => key.expectThrownOut());
    } finally {
      await key.leave();
    }
  }

  private async delete(plan: Plan): Promise<void> {
    const { client, id } = this;
    await this.ask('deletes the database', () => client.deprovision(id, plan), 200);
    await this.ask('deletes it again: gone already', () => client.deprovision(id, plan), 410);
    await this.ask('fetches it in vain', () => client.fetch(id), 404);
  }

  private async expectPlan({ planId }: Plan): Promise<void> {
    const { body } = await this.ask('fetches the instance', () => this.client.fetch(this.id), 200);
    expectEqual('plan_id', body['plan_id'], planId);
  }

  private ask(text: string, send: () => Promise<Answer>, ...expected: number[]): Promise<Answer> {
    return this.steps.step(text, async () => expectStatus(await send(), ...expected), statusLine);
  }
}
