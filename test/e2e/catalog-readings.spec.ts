import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { BackendType } from '#sdk';
import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';
import { query } from '../support/postgres.js';
import { eventually } from './eventually.js';

const never = (): Promise<never> => Promise.reject(new Error('not asked for'));
let reads: string[];
beforeEach(() => {
  reads = [];
});

/** `hangs` answers when it is closed, with an error; `fails` at once. */
const scripted: BackendType = {
  type: 'scripted',
  description: 'Its catalog fails as the settings say.',
  settings: z.strictObject({ does: z.enum(['hangs', 'fails', 'works']) }),
  create: (settings) => {
    const { does } = settings as { does: string };
    const events = new EventTarget();
    return {
      capabilities: {},
      catalog: async () => {
        reads.push(does);
        if (does === 'hangs') await once(events, 'closed');
        if (does !== 'works') throw new Error(`it ${does}`);
        return { services: [{ id: 's', name: 's', description: 's', bindable: true, plans: [{ id: 'p', name: 'p', description: 'p' }] }] };
      },
      close: async () => void events.dispatchEvent(new Event('closed')),
      provision: never,
      update: never,
      deprovision: never,
      bind: never,
      unbind: never,
      fetchInstance: never,
      fetchBinding: never,
      lastInstanceOperation: never,
      lastBindingOperation: never,
    };
  },
};

const offered = async (gateway: TestGateway): Promise<string[]> =>
  (await gateway.osb().catalog()).body['services'].map(({ name }: { name: string }) => name);
const told = (gateway: TestGateway, text: string): string[] => gateway.logLines.filter((line) => line.includes(text));
const FAILED = 'catalog of a backend could not be read';

test('settings that change while the catalog is read end that reading without a word, and the new ones count', async () => {
  const gateway = await TestGateway.start({ moreBackends: [scripted] });
  try {
    const admin = await AdminClient.of(gateway.admin());
    const registering = gateway.register('changed', 'scripted', { does: 'hangs' });
    await eventually(() => reads, ({ length }) => length > 0);
    expect((await admin.ask('PATCH', '/backends/changed', { body: { settings: { does: 'works' } } })).status).toBe(200);
    await registering;
    expect(await offered(gateway)).toContain('s');
    expect(told(gateway, FAILED)).toEqual([]);
  } finally {
    await gateway.stop();
  }
});

test('a catalog that cannot be read is told once, with the name of the backend, until it could be read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'osb-gateway-readings-'));
  const file = join(folder, 'gateway.yaml');
  await writeFile(file, 'backends:\n  - { name: down, type: scripted, settings: { does: fails } }\n');
  const gateway = await TestGateway.start({ moreBackends: [scripted], env: { CONFIG_FILE: file } });
  try {
    const admin = await AdminClient.of(gateway.admin());
    await eventually(() => reads, ({ length }) => length >= 2);
    await admin.post('/backends/down/refresh');
    expect(told(gateway, FAILED)).toEqual([expect.stringContaining('"backend":"down"')]);

    await admin.ask('PATCH', '/backends/down', { body: { settings: { does: 'works' } } });
    await admin.ask('PATCH', '/backends/down', { body: { settings: { does: 'fails' } } });
    expect(told(gateway, FAILED)).toHaveLength(2);
  } finally {
    await gateway.stop();
    await rm(folder, { recursive: true });
  }
});

test('a stored catalog that is damaged takes no other one down, and is read from its backend anew', async () => {
  const before = await TestGateway.start();
  await before.register('damaged', 'simulator', { serviceName: 'damaged' });
  await before.register('sound', 'simulator', { serviceName: 'sound' });
  const database = await before.stopKeepingDatabase();
  const { url } = database;
  await query(url, `update backend_catalog set body = '\\x00' where backend_id = (select id from backend where name = 'damaged')`);
  const gateway = await TestGateway.start({ database });
  try {
    expect(await offered(gateway)).toContain('sound');
    await eventually(() => offered(gateway), (names) => names.includes('damaged'));
    expect(told(gateway, 'the stored catalog of a backend is damaged')).toEqual([expect.stringContaining('"backend":"damaged"')]);
  } finally {
    await gateway.stop();
    await database.drop();
  }
});

test('backends that are registered at the same time are all offered at once', async () => {
  const gateway = await TestGateway.start();
  const names = Array.from({ length: 12 }, (_, index) => `backend-${index}`);
  await Promise.all(names.map((name) => gateway.register(name, 'simulator', { serviceName: name })));
  expect((await offered(gateway)).toSorted()).toEqual(expect.arrayContaining(names));
  await gateway.stop();
});
