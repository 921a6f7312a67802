import { ServiceCatalog } from './service-catalog.js';

const LOGIN = { url: 'http://127.0.0.1:1', username: 'k8s', password: 'pass:word' };

test.each([22, 30])('on Kubernetes 1.%i service-catalog does not start, as the API it looks for its definitions in is gone', (kubernetesMinor) => {
  expect(() => new ServiceCatalog({ ...LOGIN, kubernetesMinor })).toThrow('failed to list CustomResourceDefinition');
});

test('on Kubernetes 1.21 it starts', async () => {
  const cluster = new ServiceCatalog({ ...LOGIN, kubernetesMinor: 21 });
  expect(cluster.marketplace()).toEqual([]);
  await cluster.close();
});
