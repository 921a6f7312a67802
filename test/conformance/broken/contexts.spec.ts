import { expectBroken } from '../fixtures/expect-broken.js';
import { instead, membersOf, pathOf, toBinding, toInstance } from '../fixtures/spoiling.js';
import type { SpoiltRequest, Spoiling } from '../fixtures/spoilt-broker.js';

type Members = Readonly<Record<string, unknown>>;
type Which = (request: SpoiltRequest, context: Members) => boolean;
type Case = readonly [what: string, spoiling: Spoiling, rows: readonly number[]];

const isCreate: Which = (request) => toInstance('PUT', request);
const isUpdate: Which = (request) => toInstance('PATCH', request);
const isBind: Which = (request) => toBinding('PUT', request);
const isCloudFoundry: Which = (_request, context) => context['platform'] === 'cloudfoundry';
const isKubernetes: Which = (_request, context) => context['platform'] === 'kubernetes';

/** Requests with a context all of this holds for are not carried out, and answered like this. */
const refusing = (status: number, ...all: readonly Which[]): Spoiling => {
  const isRefused = (request: SpoiltRequest): boolean => {
    const context = membersOf(request)['context'];
    return context !== undefined && all.every((which) => which(request, context as Members));
  };
  return {
    request: (request) => (isRefused(request) ? { ...request, method: 'GET', url: '/v2/catalog', body: '' } : request),
    answer: (told, request) => (isRefused(request) ? instead(told, status, { description: 'No.' }) : told),
  };
};

const telling =
  (name: string): Which =>
  (_request, context) =>
    name in context;
const withResource =
  (which: (resource: Members) => boolean): Which =>
  (request) => {
    const resource = membersOf(request)['bind_resource'];
    return resource !== undefined && which(resource as Members);
  };

/** Remembers the cluster of an instance, and serves no other one. */
function tied(): Spoiling {
  const clusters = new Map<string, unknown>();
  return {
    answer: (told, request) => {
      const { clusterid } = (membersOf(request)['context'] ?? {}) as Members;
      const path = pathOf(request);
      const instance = path.split('/service_bindings/', 1)[0] ?? path;
      if (clusterid === undefined) return told;
      if (!clusters.has(instance)) clusters.set(instance, clusterid);
      return clusters.get(instance) === clusterid ? told : instead(told, 400);
    },
  };
}

/** Refuses to remove what another cluster has changed. */
function keeping(): Spoiling {
  const moved = new Set<string>();
  return {
    answer: (told, request) => {
      const path = pathOf(request);
      if (request.method === 'PATCH' && request.body.includes('4f1b6c0e')) moved.add(path);
      return request.method === 'DELETE' && moved.delete(path) ? instead(told, 403) : told;
    },
  };
}

test.concurrent.each([
  ['has no room for the names of instances', refusing(400, isCreate, isCloudFoundry, telling('instance_name')), [445, 446, 448, 455, 458]],
  ['lets nobody rename anything', refusing(422, isUpdate, (_request, { instance_name: name }) => name === 'renamed-instance'), [446]],
  ['binds where it does not know the names', refusing(400, isBind, isCloudFoundry, telling('space_name')), [447, 448, 456, 457, 458]],
  ['breaks down over annotations of spaces', refusing(500, isUpdate, telling('space_annotations')), [448]],
  ['breaks down over no annotations', refusing(500, isBind, ({ body }) => body.includes('"organization_annotations":{}')), [448]],
  ['needs the names', refusing(400, isCreate, isCloudFoundry, (_request, context) => !('space_name' in context)), [449]],
  ['needs the names when it updates', refusing(400, isUpdate, isCloudFoundry, (_request, context) => !('space_name' in context)), [449]],
  ['does not know Kubernetes', refusing(400, isCreate, isKubernetes), [450, 452, 453]],
  ['updates nothing for Kubernetes', refusing(400, isUpdate, isKubernetes), [450, 452, 453]],
  ['binds nothing for Kubernetes', refusing(400, isBind, isKubernetes), [451, 452, 453]],
  ['breaks down over annotations of namespaces', refusing(500, telling('namespace_annotations')), [452]],
  ['knows an instance by its cluster', tied(), [453]],
  ['keeps what another cluster has changed', keeping(), [453]],
  ['serves two platforms only', refusing(400, (request, context) => !isCloudFoundry(request, context) && !isKubernetes(request, context)), [454]],
  ['needs to know the platform', refusing(400, isCreate, (_request, context) => !('platform' in context)), [454]],
  ['compares the context with the body', refusing(400, isCreate, (request, context) => isCloudFoundry(request, context) && context['space_guid'] !== membersOf(request)['space_guid']), [455]],
  ['binds no apps', refusing(400, isBind, withResource((resource) => 'app_guid' in resource)), [456]],
  ['breaks down over apps without annotations', refusing(500, isBind, ({ body }) => body.includes('"app_annotations":{}')), [456]],
  ['gives no service keys', refusing(400, isBind, withResource((resource) => Object.keys(resource).length === 0)), [457]],
  ['does not know clients', refusing(400, isBind, withResource((resource) => 'credential_client_id' in resource)), [457]],
  ['knows better than to be signed', refusing(400, telling('signature')), [458]],
] satisfies Case[])('a broker that %s', async (_what, spoiling, rows) => {
  await expectBroken('CTX', spoiling, rows);
});
