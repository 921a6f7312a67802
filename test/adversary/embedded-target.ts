import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../faults/wait-until.js';
import { GatewayHome } from '../support/gateway-process.js';
import { TEST_SEALING_KEYS } from '../support/gateway.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import type { Target } from './target.js';

const PASSWORDS = { ADMIN_PASSWORD: 'admin-password-of-the-adversary', PLATFORM_PASSWORD: 'platform-password-of-the-adversary' };

/** A gateway as it starts without settings: with a server for the record and another one for tenants. */
export async function startEmbeddedTarget(): Promise<Target> {
  const home = await GatewayHome.make();
  try {
    const gateway = await home.start({ env: { SEALING_KEYS: TEST_SEALING_KEYS, ...PASSWORDS } });
    const osb = gateway.osbAs('platform', PASSWORDS.PLATFORM_PASSWORD);
    await waitUntil('the databases are offered', async () => (await smallPlan(osb)) !== undefined);
    const [record, tenants] = await Promise.all(['postgres', 'tenants'].map((name) => serverIn(join(home.dataDir, name))));
    return {
      gateway,
      osb,
      admin: gateway.adminAs('admin', PASSWORDS.ADMIN_PASSWORD),
      backend: 'postgresql',
      tenantsUrl: `${tenants?.url}/postgres`,
      recordUrl: `${record?.url}/osb_gateway`,
      secrets: [tenants?.password ?? '', record?.password ?? '', ...Object.values(PASSWORDS)],
      plan: (await smallPlan(osb)) ?? { serviceId: '', planId: '' },
      stop: async () => {
        await gateway.kill('SIGTERM');
        await home.remove();
      },
    };
  } catch (error) {
    await home.remove();
    throw error;
  }
}

interface Catalog {
  readonly services: readonly { id: string; name: string; plans: readonly { id: string; name: string }[] }[];
}

async function smallPlan(osb: OsbClient): Promise<PlanIds | undefined> {
  const { services } = (await osb.catalog()).body as Catalog;
  const service = services.find(({ name }) => name === 'postgresql');
  const plan = service?.plans.find(({ name }) => name === 'small');
  return service && plan && { serviceId: service.id, planId: plan.id };
}

async function serverIn(folder: string): Promise<{ url: string; password: string }> {
  const [password = '', port = ''] = await Promise.all(
    ['password', 'port'].map(async (file) => (await readFile(join(folder, file), 'utf8')).trim()),
  );
  return { url: `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}`, password };
}
