import { eventually } from '../../e2e/eventually.js';
import { disposeOf, planOf, startCrossplane, type CrossplaneLandscape } from './landscape.js';
import type { ServiceBinding, ServiceInstance } from './objects.js';

let landscape: CrossplaneLandscape;
let db: ServiceInstance;
beforeAll(async () => {
  landscape = await startCrossplane({ rotates: true }, { promoteAfterMs: 2_000 });
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const ending = (renewBefore: number, expiresAt: number): string =>
  JSON.stringify({ simulate: { answer: { metadata: { renew_before: inHours(renewBefore), expires_at: inHours(expiresAt) } } } });

/** The ids its rotations have chosen. */
const successors = (): string[] => {
  const puts = landscape.platform.lines.filter((line) => line.startsWith('PUT') && line.includes(db.instanceId));
  return puts.map((line) => /service_bindings\/([-0-9a-f]{36})\?/.exec(line)?.[1] ?? '').filter((id) => id !== '');
};

async function bound(offering: string, plan: string, parameters: string): Promise<ServiceBinding> {
  const { platform } = landscape;
  db = platform.applyInstance('db', planOf(offering, plan), '{"size":1}');
  await platform.synced(db);
  return platform.applyBinding('db-web', db, { parameters });
}

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const ledgerOf = () => (offering === 'remote' ? landscape.remote : landscape.simulator).ledger;

  test('a binding whose time has not come keeps its credentials, and its user can read its end', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'rotatable', 'null');
    expect(await platform.synced(binding)).toBe('Synced');
    expect(binding.metadata).toEqual({ renew_before: expect.stringMatching(/Z$/), expires_at: expect.stringMatching(/Z$/) });
    expect(successors()).toEqual([]);
    expect(await platform.delete(binding)).toBe('deleted');
    await disposeOf(platform, db);
  });

  test('a binding whose time has come is rotated: its app has new credentials, and the old ones are still there', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'rotatable', ending(-1, 1));
    await platform.until(() => Object.keys(platform.credentials(binding)).length > 0);
    const before = platform.credentials(binding);
    await eventually(() => platform.credentials(binding), (now) => JSON.stringify(now) !== JSON.stringify(before));
    const held = ledgerOf().inventory.instance(db.instanceId)?.bindings.map(({ bindingId }) => bindingId);
    expect(held).toEqual(expect.arrayContaining(['db-web', successors()[0]]));
    expect(await platform.delete(binding)).toBe('deleted');
    await disposeOf(platform, db);
  });

  test('a binding that has expired is not rotated: its user is told, and deletes it', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'rotatable', ending(-2, -1));
    expect(await platform.troubled(binding)).toMatch(/Status: 400.*expired/s);
    expect(await platform.delete(binding)).toBe('deleted');
    await disposeOf(platform, db);
    expect(ledgerOf().inventory.instance(db.instanceId)).toBeUndefined();
  });

  test('a binding of a plan that offers no rotation is refused one, and keeps its credentials', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'sync', ending(-1, 1));
    expect(await platform.troubled(binding)).toContain('Status: 400');
    expect(Object.keys(platform.credentials(binding))).not.toEqual([]);
    expect(await platform.delete(binding)).toBe('deleted');
    await disposeOf(platform, db);
  });

  test('a rotation that is accepted is never seen to end, as it is polled under its predecessor; nothing is left with its instance', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'async-bind', ending(-1, 1));
    await platform.until(() => successors().length > 0);
    expect(await platform.troubled(binding)).toContain('there is no such operation');
    expect(await platform.delete(binding)).toBe('deleted');
    await disposeOf(platform, db);
  });
});
