import { randomUUID } from 'node:crypto';
import type { Json } from './answer.js';
import { CloudFoundry } from './cloud-foundry.js';
import { credentialsIn, DatabaseVisit } from './database-visit.js';
import { planIn, servicesIn, type Plan } from './plan.js';
import type { PlatformClient } from './platform-client.js';
import type { Stage } from './stage.js';
import type { Steps } from './steps.js';
import { expectEqual } from './surprise.js';

/** A database is created, used by an app and with a service key, made larger and deleted. */
export function cloudFoundryStory(stage: Stage): Promise<void> {
  const cf = new CloudFoundry();
  return stage.play(cf, (client) => new Story(cf, client, stage.steps).tell());
}

class Story {
  private readonly id = randomUUID();
  private readonly appBinding = randomUUID();
  private readonly keyBinding = randomUUID();

  constructor(
    private readonly cf: CloudFoundry,
    private readonly client: PlatformClient,
    private readonly steps: Steps,
  ) {}

  async tell(): Promise<void> {
    const { client, steps } = this;
    const catalog = await steps.ask('reads the catalog', () => client.catalog(), 200);
    const [small, large] = await steps.take(
      'finds the database plans',
      async () => [planIn(catalog, 'postgresql', 'small'), planIn(catalog, 'postgresql', 'large')] as const,
      () => servicesIn(catalog),
    );
    await this.create(small, large);
    await this.useApp(small, large);
    await this.delete(large);
  }

  private async create(small: Plan, large: Plan): Promise<void> {
    const { cf, client, id, steps } = this;
    const create = (plan: Plan) => () => client.provision(id, plan, cf.provisionBody(plan));
    await steps.ask('creates a database, plan small', create(small), 201, 200);
    await steps.ask('sends the same again: nothing more is made', create(small), 200);
    await steps.ask('sends it with another plan: refused', create(large), 409);
    await steps.ask('asks how the last operation went', () => client.lastOperation(id, small), 200);
    await this.fetch(small);
  }

  private async useApp(small: Plan, large: Plan): Promise<void> {
    const { cf, client, id, appBinding, steps } = this;
    const bind = () => client.bind(id, appBinding, small, cf.appBindBody(small));
    const bound = await steps.ask('binds an app', bind, 201, 200);
    const app = await this.enter('the app logs in, with pg', bound.body);
    try {
      await steps.take('the app makes a table and writes two rows', () => app.makeTable());
      await steps.take('the app reads them', () => app.expectRows());
      await this.useKey(small);
      await steps.ask('updates to plan large', () => client.update(id, small, cf.updateBody(small, large)), 200);
      await this.fetch(large);
      await steps.take('the rows are still there', () => app.expectRows());
      await steps.ask('unbinds the app', () => client.unbind(id, appBinding, large), 200);
      await steps.take('its session has ended, its login is refused', () => app.expectThrownOut());
      await steps.ask('unbinds it again: gone', () => client.unbind(id, appBinding, large), 410);
    } finally {
      await app.leave();
    }
  }

  private async useKey(plan: Plan): Promise<void> {
    const { cf, client, id, keyBinding, steps } = this;
    const bind = () => client.bind(id, keyBinding, plan, cf.keyBindBody(plan, { role: 'readonly' }));
    const bound = await steps.ask('creates a key that may only read', bind, 201, 200);
    const key = await this.enter('somebody logs in with the key', bound.body);
    try {
      await steps.take('the key reads the rows of the app', () => key.expectRows());
      await steps.take('the key cannot delete them', () => key.expectReadOnly(), () => 'SQLSTATE 42501');
      await steps.ask('deletes the key', () => client.unbind(id, keyBinding, plan), 200);
      await steps.take('its session has ended, its login is refused', () => key.expectThrownOut());
    } finally {
      await key.leave();
    }
  }

  private async delete(plan: Plan): Promise<void> {
    const { client, id, steps } = this;
    await steps.ask('deletes the database', () => client.deprovision(id, plan), 200);
    await steps.ask('deletes it again: gone', () => client.deprovision(id, plan), 410);
    await steps.ask('fetches it: not there', () => client.fetch(id), 404);
  }

  private async fetch({ planId }: Plan): Promise<void> {
    const { body } = await this.steps.ask('fetches the instance', () => this.client.fetch(this.id), 200);
    expectEqual('plan_id', body['plan_id'], planId);
  }

  private enter(text: string, body: Json): Promise<DatabaseVisit> {
    const credentials = credentialsIn(body);
    return this.steps.take(text, () => DatabaseVisit.enter(credentials), () => credentials.username.slice(-26));
  }
}
