import type { JsonBody } from '../../support/http-client.js';
import { readCatalog } from './answers.js';
import type { BrokerClient } from './broker-client.js';
import type { ServiceClass, ServicePlan, Store } from './store.js';

const LONGEST_NAME = 63;

/**
 * Reads the catalog and takes it over piece by piece: classes, then plans. At the first bad piece it stops, and what
 * came before stays. What is missing is marked, not removed, so that an empty catalog hides everything.
 */
export async function relist(store: Store, broker: BrokerClient): Promise<void> {
  const outcome = readCatalog(await broker.catalog());
  if (outcome.kind !== 'done') {
    const message = 'message' in outcome ? outcome.message : '';
    store.brokerReady = { status: 'False', reason: 'ErrorFetchingCatalog', message: `Error fetching catalog. ${message}` };
    return;
  }
  const services: JsonBody[] = outcome.body.services ?? [];
  const complaint = sync(store, services.filter(({ plans }) => plans?.length > 0));
  store.brokerReady = complaint === undefined
    ? { status: 'True', reason: 'FetchedCatalog', message: 'Successfully fetched catalog entries from broker.' }
    : { status: 'False', reason: 'ErrorSyncingCatalog', message: `Error syncing catalog from ServiceBroker. ${complaint}` };
}

function sync(store: Store, services: readonly JsonBody[]): string | undefined {
  for (const service of services) {
    const complaint = complaintAbout('ClusterServiceClass', service);
    if (complaint !== undefined) return complaint;
    store.classes.set(service.id, classOf(service));
  }
  markRemoved(store.classes, services);
  const plans = services.flatMap(({ id, plans: ofService }) => ofService.map((plan: JsonBody) => planOf(plan, id)) as ServicePlan[]);
  for (const plan of plans) {
    const complaint = complaintAbout('ClusterServicePlan', { id: plan.externalId, name: plan.externalName, description: plan.description });
    if (complaint !== undefined) return complaint;
    const owner = store.plans.get(plan.externalId)?.classId ?? plan.classId;
    if (owner !== plan.classId) return `ClusterServicePlan ${plan.externalId} already exists for the class ${owner}`;
    store.plans.set(plan.externalId, plan);
  }
  markRemoved(store.plans, plans.map(({ externalId }) => ({ id: externalId })));
  return undefined;
}

/** What the API server refuses to keep. */
function complaintAbout(kind: string, { id, name, description }: JsonBody): string | undefined {
  if (!id) return `${kind}: externalID is required`;
  if (!description) return `${kind} ${id}: description is required`;
  if (!name) return `${kind} ${id}: externalName is required`;
  const tooLong = [id, name].find((text: string) => text.length > LONGEST_NAME);
  return tooLong === undefined ? undefined : `${kind} ${tooLong}: must be no more than ${LONGEST_NAME} characters`;
}

/** What the catalog does not say is false. */
function classOf({ id, name, description, bindable, plan_updateable, bindings_retrievable }: JsonBody): ServiceClass {
  return {
    externalId: id,
    externalName: name,
    description,
    bindable: bindable ?? false,
    planUpdatable: plan_updateable ?? false,
    bindingRetrievable: bindings_retrievable ?? false,
    removedFromBrokerCatalog: false,
  };
}

/** But whether a plan can be bound: then the service says so. */
function planOf({ id, name, description, free, bindable }: JsonBody, classId: string): ServicePlan {
  const what = { externalName: name, description, free: free ?? false, bindable: bindable ?? undefined };
  return { externalId: id, classId, ...what, removedFromBrokerCatalog: false };
}

function markRemoved(rows: ReadonlyMap<string, ServiceClass | ServicePlan>, listed: readonly { readonly id: string }[]): void {
  const ids = new Set(listed.map(({ id }) => id));
  for (const row of rows.values()) row.removedFromBrokerCatalog = !ids.has(row.externalId);
}
