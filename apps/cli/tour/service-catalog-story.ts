import { randomUUID } from 'node:crypto';
import { planIn } from './plan.js';
import { ServiceCatalog } from './service-catalog.js';
import type { Stage } from './stage.js';
import { expectEqual } from './surprise.js';

/** A demo instance is created, updated, bound by a client that waits for binds, and deleted. */
export function serviceCatalogStory(stage: Stage): Promise<void> {
  const kubernetes = new ServiceCatalog();
  const { steps } = stage;
  return stage.play(kubernetes, async (client) => {
    const [id, bindingId] = [randomUUID(), randomUUID()];
    const catalog = await steps.ask('reads the catalog', () => client.catalog(), 200);
    const demo = planIn(catalog, 'demo', 'demo');
    const create = () => client.provision(id, demo, kubernetes.provisionBody(demo));
    await steps.ask('creates a demo instance', create, 201, 200);
    const update = () => client.update(id, demo, kubernetes.updateBody(demo));
    await steps.ask('updates it without naming its plan', update, 200);
    const bind = () => client.bind(id, bindingId, demo, kubernetes.bindBody(demo));
    const bound = await steps.ask('binds, without accepts_incomplete', bind, 201);
    const again = await steps.ask('binds again: the same credentials', bind, 200);
    expectEqual('credentials', again.body['credentials'], bound.body['credentials']);
    const fetched = await steps.ask('fetches the binding: the same', () => client.fetchBinding(id, bindingId), 200);
    expectEqual('credentials', fetched.body['credentials'], bound.body['credentials']);
    await steps.ask('unbinds', () => client.unbind(id, bindingId, demo), 200);
    await steps.ask('fetches the binding: not there', () => client.fetchBinding(id, bindingId), 404);
    await steps.ask('deletes the instance', () => client.deprovision(id, demo), 200);
    await steps.ask('deletes it again: gone', () => client.deprovision(id, demo), 410);
  });
}
