import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldersBackend } from '../samples/folders/folders-backend.js';
import { TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'folders-'));
  gateway = await TestGateway.start({ moreBackends: [foldersBackend] });
});
afterAll(async () => {
  await gateway.stop();
  await rm(root, { recursive: true });
});

test('the backend of the guide is registered while the gateway runs, and lives a whole life', async () => {
  const body = { name: 'shared-disk', type: 'folders', settings: { root }, enabled: true };
  expect((await gateway.admin().request('POST', '/admin/v1/backends', { body })).status).toBe(201);
  const [platform, plan] = [gateway.osb(), await gateway.plan('folders', 'standard')];

  expect((await platform.provision('i-1', plan)).status).toBe(201);
  const bound = await platform.bind('i-1', 'b-1', plan);
  expect(await readdir(bound.body['credentials'].folder)).toHaveLength(1);
  expect((await platform.unbind('i-1', 'b-1', plan)).status).toBe(200);
  expect((await platform.deprovision('i-1', plan)).status).toBe(200);
  expect(await readdir(root)).toEqual([]);
});
