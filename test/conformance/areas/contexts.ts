import { SPACE } from '../broker/resources.js';
import { Inapplicable } from '../expecting.js';
import type { Area } from '../row.js';
import { expectAccepted } from '../stories/changes.js';
import {
  ANNOTATIONS,
  CLOUD_FOUNDRY,
  CLOUD_FOUNDRY_INSTANCE,
  everywhereIn,
  expectTaken,
  GUIDS_ONLY,
  KUBERNETES,
  KUBERNETES_INSTANCE,
} from '../stories/contexts.js';

const cloudFoundry = 'Profile › Cloud Foundry Context Object';
const kubernetes = 'Profile › Kubernetes Context Object';
const bindResource = 'Profile › Cloud Foundry Bind Resource Object';
const incomplete = { incomplete: true };
const OTHER_ID = '4f1b6c0e-90b5-4a06-8f0f-3f2c54f0c1aa';
const APP = 'a3c5f1de-7d0c-4a7e-93f4-6c7a3a1f8d22';

/** The context object and the bind resource. */
export const contexts: Area = {
  code: 'CTX',
  rows: [
    {
      number: 445,
      level: 'MUST*',
      endpoint: 'provision',
      section: cloudFoundry,
      since: '2.13',
      title: 'takes a create that tells the organization, the space and the name of the instance as Cloud Foundry does',
      needs: ['any'],
      check: (broker) => expectTaken(broker, 'any', { create: { context: CLOUD_FOUNDRY_INSTANCE } }),
    },
    {
      number: 446,
      level: 'MUST*',
      endpoint: 'update',
      section: cloudFoundry,
      since: '2.15',
      title: 'takes an update that tells them, also when the names are others by then',
      needs: ['any'],
      check: (broker) => {
        const renamed = { organization_name: 'renamed', space_name: 'renamed, too', instance_name: 'renamed-instance' };
        return expectTaken(broker, 'any', {
          create: { context: CLOUD_FOUNDRY_INSTANCE },
          update: { context: { ...CLOUD_FOUNDRY_INSTANCE, ...renamed } },
        });
      },
    },
    {
      number: 447,
      level: 'MUST*',
      endpoint: 'bind',
      section: cloudFoundry,
      since: '2.15',
      title: 'takes a bind that tells them, which says nothing of the name of the instance',
      needs: ['anyBindable'],
      check: (broker) => expectTaken(broker, 'anyBindable', { binds: [{ context: CLOUD_FOUNDRY }] }),
    },
    {
      number: 448,
      level: 'MUST*',
      endpoint: ['provision', 'update', 'bind'],
      section: cloudFoundry,
      since: '2.16',
      title: 'takes annotations of the organization, the space and the instance from Cloud Foundry, be there any or none',
      needs: ['anyBindable'],
      check: async (broker) => {
        for (const annotations of [ANNOTATIONS, {}]) {
          const of = { organization_annotations: annotations, space_annotations: annotations, instance_annotations: annotations };
          await expectTaken(broker, 'anyBindable', everywhereIn({ ...CLOUD_FOUNDRY, ...of }, { ...CLOUD_FOUNDRY_INSTANCE, ...of }));
        }
      },
    },
    {
      number: 449,
      level: 'MUST*',
      endpoint: ['provision', 'update'],
      section: 'Profile › Context Object Properties',
      since: '2.14',
      title: 'takes a context without names from a platform of 2.14, which does not know them',
      needs: ['any'],
      check: async (broker) => {
        const { oldestVersion = '2.0' } = broker.target.profile;
        if (Number(oldestVersion.slice(2)) > 14) throw new Inapplicable(`it needs platforms of ${oldestVersion}`);
        const sent = { create: { context: GUIDS_ONLY }, update: { context: GUIDS_ONLY } };
        await expectTaken(broker, 'any', sent, { headers: { 'X-Broker-API-Version': '2.14' } });
      },
    },
    {
      number: 450,
      level: 'MUST*',
      endpoint: ['provision', 'update'],
      section: kubernetes,
      since: '2.13',
      title: 'takes a create and an update that tell the namespace, the cluster and the name of the instance as Kubernetes does',
      needs: ['any'],
      check: (broker) => expectTaken(broker, 'any', { create: { context: KUBERNETES_INSTANCE }, update: { context: KUBERNETES_INSTANCE } }),
    },
    {
      number: 451,
      level: 'MUST*',
      endpoint: 'bind',
      section: kubernetes,
      since: '2.14',
      title: 'takes a bind that tells the namespace and the cluster as Kubernetes does',
      needs: ['anyBindable'],
      check: (broker) => expectTaken(broker, 'anyBindable', { binds: [{ context: KUBERNETES }] }),
    },
    {
      number: 452,
      level: 'MUST*',
      endpoint: ['provision', 'update', 'bind'],
      section: kubernetes,
      since: '2.16',
      title: 'takes annotations of the namespace and the instance from Kubernetes, be there any or none',
      needs: ['anyBindable'],
      check: async (broker) => {
        for (const annotations of [ANNOTATIONS, {}]) {
          const of = { namespace_annotations: annotations, instance_annotations: annotations };
          await expectTaken(broker, 'anyBindable', everywhereIn({ ...KUBERNETES, ...of }, { ...KUBERNETES_INSTANCE, ...of }));
        }
      },
    },
    {
      number: 453,
      level: 'MUST*',
      endpoint: ['provision', 'update', 'bind', 'unbind', 'deprovision'],
      section: 'Profile › Kubernetes Context Object › clusterid',
      since: '2.14',
      title: 'serves an instance all its life though the cluster has another id than when it was made',
      needs: ['anyBindable'],
      check: async (broker) => {
        const instance = broker.instance('anyBindable');
        const now = { context: { ...KUBERNETES_INSTANCE, clusterid: OTHER_ID } };
        await expectAccepted(instance, await instance.provision({ context: KUBERNETES_INSTANCE }, incomplete), [201, 202]);
        await expectAccepted(instance, await instance.provision(now, incomplete), [200]);
        await expectAccepted(instance, await instance.update(now, incomplete), [200, 202]);
        const binding = instance.binding();
        await expectAccepted(binding, await binding.bind({ context: { ...KUBERNETES, clusterid: OTHER_ID } }, incomplete), [201, 202]);
        await binding.settled(await binding.unbind(incomplete));
        await instance.settled(await instance.deprovision(incomplete));
      },
    },
    {
      number: 454,
      level: 'OPEN',
      endpoint: 'provision',
      section: 'Profile › Context Object',
      since: '2.13',
      title: 'takes a create from a platform nobody knows, and one that does not tell which platform it is',
      needs: ['any'],
      check: async (broker) => {
        for (const platform of ['conformance', undefined]) {
          await expectTaken(broker, 'any', { create: { context: { platform, anything: { it: 'likes' } } } });
        }
        await expectTaken(broker, 'any', { create: { context: {} } });
      },
    },
    {
      number: 455,
      level: 'OPEN',
      endpoint: 'provision',
      section: 'Provisioning › Body',
      since: '2.13',
      title: 'takes a create whose context names another organization and space than organization_guid and space_guid',
      needs: ['any'],
      check: (broker) =>
        expectTaken(broker, 'any', { create: { context: { ...CLOUD_FOUNDRY_INSTANCE, organization_guid: OTHER_ID, space_guid: OTHER_ID } } }),
    },
    {
      number: 456,
      level: 'MUST*',
      endpoint: 'bind',
      section: bindResource,
      since: '2.14',
      title: 'takes a bind that tells an app, its space and its annotations as Cloud Foundry does',
      needs: ['anyBindable'],
      check: (broker) => {
        const resource = { app_guid: APP, space_guid: SPACE };
        const binds = [resource, { ...resource, app_annotations: ANNOTATIONS }, { ...resource, app_annotations: {} }];
        return expectTaken(broker, 'anyBindable', {
          binds: binds.map((bind_resource) => ({ context: CLOUD_FOUNDRY, app_guid: APP, bind_resource })),
        });
      },
    },
    {
      number: 457,
      level: 'MUST',
      endpoint: 'bind',
      section: bindResource,
      since: '2.16',
      title: 'takes a bind for a service key, which names no app but maybe a client of a credentials store',
      needs: ['anyBindable'],
      check: (broker) =>
        expectTaken(broker, 'anyBindable', {
          binds: [{}, { credential_client_id: 'conformance-client' }].map((bind_resource) => ({ context: CLOUD_FOUNDRY, bind_resource })),
        }),
    },
    {
      number: 458,
      level: 'MUST*',
      endpoint: ['provision', 'update', 'bind'],
      section: 'Profile › Context Object',
      since: '2.13',
      title: 'takes a context with more members than the profile knows, such as a signature',
      needs: ['anyBindable'],
      check: (broker) => {
        const more = { signature: 'MEUCIQDk', 'x-conformance': { list: [1, null, { deep: true }] } };
        return expectTaken(broker, 'anyBindable', everywhereIn({ ...CLOUD_FOUNDRY, ...more }, { ...CLOUD_FOUNDRY_INSTANCE, ...more }));
      },
    },
  ],
};
