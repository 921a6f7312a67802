import { z } from 'zod';
import type { BackendType } from '#sdk';
import { AdminClient } from '../support/admin-client.js';
import { TestGateway } from '../support/gateway.js';

const never = (): Promise<never> => Promise.reject(new Error('not asked for'));

const fading: BackendType = {
  type: 'fading',
  description: 'Installed at one gateway only.',
  settings: z.strictObject({}),
  create: () => ({
    capabilities: {},
    catalog: async () => ({ services: [] }),
    provision: never,
    update: never,
    bind: never,
    unbind: never,
    deprovision: never,
    fetchInstance: never,
    fetchBinding: never,
    lastInstanceOperation: never,
    lastBindingOperation: never,
  }),
};

test('a backend type that is not installed is told once, however often the catalog is built again', async () => {
  const before = await TestGateway.start({ moreBackends: [fading] });
  await before.register('orders', 'fading');
  const database = await before.stopKeepingDatabase();
  const gateway = await TestGateway.start({ database });
  try {
    const admin = await AdminClient.of(gateway.admin());
    for (const promoteAfterMs of [1_000, 2_000, 3_000]) {
      expect((await admin.ask('PATCH', '/backends/demo', { body: { policy: { promoteAfterMs } } })).status).toBe(200);
    }
    const told = gateway.logLines.filter((line) => line.includes('could not be made ready'));
    expect(told.map((line) => JSON.parse(line))).toMatchObject([{ backend: 'orders', reason: 'no backend type "fading" is installed' }]);
  } finally {
    await gateway.stop();
    await database.drop();
  }
});
