import type { PlatformClock } from '../clock.js';
import { ControllerDied, RetryLater, type WorkQueue } from '../work-queue.js';
import type { External } from './external.js';
import type { Cluster, Details, ServiceBinding, ServiceInstance } from './objects.js';

/** How often what is in order is looked at. */
const POLL_SECONDS = 60;
/** What was made a moment ago is not believed to be gone. */
const GRACE_SECONDS = 30;
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

export const CREATE_INCOMPLETE = 'cannot determine creation result - remove the external-create-pending annotation if it is safe to proceed';

/** What a controller has at hand. */
export interface Desk {
  readonly cluster: Cluster;
  readonly clock: PlatformClock;
  readonly queue: WorkQueue<ServiceInstance | ServiceBinding>;
}

/** Crossplane's reconciler: observes, and then deletes, creates or updates, one of them, and looks again later. */
export async function reconcile<R extends ServiceInstance | ServiceBinding>(desk: Desk, external: External<R>, resource: R): Promise<void> {
  if (resource.isCreatePending) return resource.mark(false, CREATE_INCOMPLETE);
  const { exists, isUpToDate, details } = await attempt(desk, resource, external.observe(resource));
  const madeSecondsAgo = desk.clock.nowSeconds - resource.createSucceededSeconds;
  if (!exists && madeSecondsAgo < GRACE_SECONDS) throw new RetryLater('made a moment ago');
  if (resource.isDeleted) return finish(desk, external, resource, exists);
  publish(desk, resource, details);
  if (!exists) return create(desk, external, resource);
  if (!isUpToDate) publish(desk, resource, await attempt(desk, resource, external.update(resource)));
  resource.mark(true);
  desk.queue.add(resource, POLL_SECONDS);
}

async function finish<R extends ServiceInstance | ServiceBinding>(desk: Desk, external: External<R>, resource: R, exists: boolean): Promise<void> {
  if (!exists) return desk.cluster.remove(resource);
  await attempt(desk, resource, external.delete(resource));
  resource.mark(true);
  throw new RetryLater('deleted, to be looked at again');
}

/** A create that nobody knows the end of is left alone, whatever becomes of it. */
async function create<R extends ServiceInstance | ServiceBinding>(desk: Desk, external: External<R>, resource: R): Promise<void> {
  resource.isCreatePending = true;
  let details: Details | undefined;
  try {
    details = await attempt(desk, resource, external.create(resource));
  } catch (error) {
    if (!(error instanceof ControllerDied)) resource.isCreatePending = false;
    throw error;
  }
  Object.assign(resource, { isCreatePending: false, createSucceededSeconds: desk.clock.nowSeconds });
  publish(desk, resource, details);
  resource.mark(true);
  desk.queue.add(resource);
}

/** Keys that there were stay, unless they are given anew. */
function publish({ cluster }: Desk, resource: ServiceInstance | ServiceBinding, details: Details | undefined): void {
  if (resource.kind === 'instance') return;
  const wrong = Object.keys(details ?? {}).find((key) => !KEY.test(key) || key === '.' || key === '..');
  if (wrong !== undefined) fail(resource, new Error(`cannot create or update connection secret: data[${wrong}]: Invalid value`));
  cluster.secrets.set(resource.name, { ...cluster.secrets.get(resource.name), ...details });
}

async function attempt<T>({ queue }: Desk, resource: ServiceInstance | ServiceBinding, step: Promise<T>): Promise<T> {
  try {
    return await queue.alive(step);
  } catch (error) {
    if (error instanceof ControllerDied) throw error;
    await queue.alive(Promise.resolve());
    return fail(resource, error);
  }
}

function fail(resource: ServiceInstance | ServiceBinding, error: unknown): never {
  const { message } = error as Error;
  resource.mark(false, message);
  throw new RetryLater(message);
}
