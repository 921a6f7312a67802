import type { WorkQueue } from '../work-queue.js';
import { RetryLater } from '../work-queue.js';
import type { BrokerClient, PlanOf } from './broker-client.js';
import type { Condition, Database, ServiceBinding, ServiceInstance } from './database.js';

/** What a controller has at hand. */
export interface Desk {
  readonly database: Database;
  readonly broker: BrokerClient;
  readonly queue: WorkQueue<ServiceInstance | ServiceBinding>;
}

export const READY: Condition = { isTrue: true, reason: 'Ready', message: 'Ready' };

export function idsOf({ database }: Desk, planId: string): PlanOf {
  return { service_id: database.plan(planId).offeringId, plan_id: planId };
}

/** Every look but that at a purged object asks for the broker first, also where nothing is to be sent. */
export function requireBroker({ database: { hasBroker } }: Desk, object: ServiceInstance | ServiceBinding): void {
  if (!hasBroker) requeue(object, 'Unknown', 'failed to get service broker');
}

/** Not ready, for this reason, and nothing more to be done. */
export function stay(object: ServiceInstance | ServiceBinding, reason: string, message = ''): void {
  object.status.ready = { isTrue: false, reason, message };
}

/** Not ready, for this reason; looked at again after a pause. */
export function requeue(object: ServiceInstance | ServiceBinding, reason: string, message = ''): never {
  stay(object, reason, message);
  throw new RetryLater(`${reason}: ${message}`);
}
