import type { BrokerUnderTest } from '../broker/broker-under-test.js';
import type { Role } from '../broker/needs.js';
import { ORGANIZATION, SPACE } from '../broker/resources.js';
import type { JsonObject } from '../wire/answer.js';
import type { Ask } from '../wire/http-client.js';
import { expectAccepted } from './changes.js';

/** What Cloud Foundry said of where an instance is before it told names. */
export const GUIDS_ONLY: JsonObject = { platform: 'cloudfoundry', organization_guid: ORGANIZATION, space_guid: SPACE };

/** What it says with a bind. */
export const CLOUD_FOUNDRY: JsonObject = { ...GUIDS_ONLY, organization_name: 'conformance', space_name: 'the space of the suite' };

/** What it says with a create or an update. */
export const CLOUD_FOUNDRY_INSTANCE: JsonObject = { ...CLOUD_FOUNDRY, instance_name: 'conformance-instance' };

/** What Kubernetes says with a bind. */
export const KUBERNETES: JsonObject = { platform: 'kubernetes', namespace: 'conformance', clusterid: '644e1dd7-2a7f-18fb-b8ed-ed78c3f92c2b' };

/** What it says with a create or an update. */
export const KUBERNETES_INSTANCE: JsonObject = { ...KUBERNETES, instance_name: 'conformance-instance' };

/** Annotations as operators write them. */
export const ANNOTATIONS: JsonObject = { 'domain.example/color': 'blue', empty: '' };

/** What is sent in the bodies of an instance's life, in addition to what is sent anyway. */
export interface Sent {
  readonly create?: JsonObject;
  readonly update?: JsonObject;
  /** Any number of binds. */
  readonly binds?: readonly JsonObject[];
}

/** A create, an update and binds with all this are accepted, and go well. */
export async function expectTaken(broker: BrokerUnderTest, role: Role, { create, update, binds = [] }: Sent, ask: Ask = {}): Promise<void> {
  const call = { ...ask, incomplete: true };
  const instance = create ? broker.instance(role) : await broker.made(role);
  if (create) await expectAccepted(instance, await instance.provision(create, call), [201, 202]);
  if (update) await expectAccepted(instance, await instance.update(update, call), [200, 202]);
  for (const body of binds) {
    const binding = instance.binding();
    await expectAccepted(binding, await binding.bind(body, call), [201, 202]);
  }
}

/** The same context with a create, an update and a bind. */
export const everywhereIn = (context: JsonObject, ofInstances: JsonObject = context): Sent => ({
  create: { context: ofInstances },
  update: { context: ofInstances },
  binds: [{ context }],
});
