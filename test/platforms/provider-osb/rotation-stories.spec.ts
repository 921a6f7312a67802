import { eventually } from '../../e2e/eventually.js';
import { disposeOf, planOf, startCrossplane, type CrossplaneLandscape } from './landscape.js';
import type { ServiceBinding, ServiceInstance } from './objects.js';
import { simulate } from './troubles.js';

let landscape: CrossplaneLandscape;
let db: ServiceInstance;
beforeAll(async () => {
  landscape = await startCrossplane({ rotates: true }, { promoteAfterMs: 10_000 });
});
afterAll(() => landscape.stop());
afterEach(() => landscape.isClean());

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const ending = (renewBefore: number, expiresAt: number): string =>
  simulate({ answer: { metadata: { renew_before: inHours(renewBefore), expires_at: inHours(expiresAt) } } });

/** The ids its rotations have chosen. */
const successors = (answer = /./): string[] => {
  const puts = landscape.platform.lines.filter((line) => line.startsWith('PUT') && line.includes(db.instanceId) && answer.test(line));
  return puts.map((line) => /service_bindings\/([-0-9a-f]{36})\?/.exec(line)?.[1] ?? '').filter((id) => id !== '');
};
/** Those of them it was answered with credentials for. */
const rotated = (): string[] => successors(/ 201$/);

/** What an app reads is what the gateway tells of this binding. */
async function hasCredentialsOf({ name }: ServiceBinding, bindingId: string): Promise<void> {
  const { body } = await landscape.gateway.osb(landscape.login).fetchBinding(db.instanceId, bindingId);
  expect(landscape.platform.credentials(landscape.platform.cluster.binding(name))).toEqual(body['credentials']);
}

async function bound(offering: string, plan: string, parameters: string): Promise<ServiceBinding> {
  const { platform } = landscape;
  db = platform.applyInstance('db', planOf(offering, plan), '{"size":1}');
  await platform.synced(db);
  return platform.applyBinding('db-web', db, { parameters });
}

describe.each(['simulator', 'remote'])('at %s', (offering) => {
  const held = (): string[] => {
    const { ledger } = offering === 'remote' ? landscape.remote : landscape.simulator;
    return ledger.inventory.instance(db.instanceId)?.bindings.map(({ bindingId }) => bindingId) ?? [];
  };

  test('a binding whose time has not come keeps its credentials, and its user can read its end', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'rotatable', '{}');
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
    expect(held()).toEqual(expect.arrayContaining(['db-web', successors()[0]]));
    expect(await platform.delete(binding)).toBe('deleted');
    await disposeOf(platform, db);
  });

  test('a binding that has expired is not rotated: its user is told, and deletes it', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'rotatable', ending(-2, -1));
    expect(await platform.troubled(binding)).toMatch(/Status: 400.*expired/s);
    expect(await platform.delete(binding)).toBe('deleted');
    expect(held()).toEqual([]);
    await disposeOf(platform, db);
  });

  test('a binding of a plan that offers no rotation is refused one, and keeps its credentials', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'sync', ending(-1, 1));
    expect(await platform.troubled(binding)).toContain('Status: 400');
    expect(Object.keys(platform.credentials(binding))).not.toEqual([]);
    expect(await platform.delete(binding)).toBe('deleted');
    await disposeOf(platform, db);
  });

  test('a rotation that breaks down is in trouble, leaves nothing, and the next one goes through', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'rotatable', ending(-1, 1));
    await platform.until(() => successors().length > 0);
    const trouble = { failWith: { status: 500, description: 'The disk is full.' }, afterActing: true };
    await platform.synced(platform.changeInstance('db', { parameters: simulate({ bind: trouble }, { size: 1 }) }));
    await platform.until(() => binding.synced?.message.includes('The disk is full.') === true);
    platform.changeInstance('db', { parameters: simulate({}, { size: 1 }) });
    await platform.until(() => binding.synced?.isTrue === true);
    expect(await platform.delete(binding)).toBe('deleted');
    await eventually(held, (bindings) => bindings.length === rotated().length && rotated().every((id) => bindings.includes(id)));
    await disposeOf(platform, db);
  });

  // It compares what its user wants with what it is told: the rotation named no parameters, and has those of before.
  test('a user follows a binding to its successor', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'rotatable', ending(-1, 1));
    await platform.until(() => rotated().length > 0);
    const successor = rotated()[0] as string;
    platform.rename(binding, successor);
    expect(await platform.synced(binding)).toBe('Synced');
    await hasCredentialsOf(binding, successor);
    expect(await platform.delete(binding)).toBe('deleted');
    expect(held()).toContain('db-web');
    expect(held()).not.toContain(successor);
    await disposeOf(platform, db);
  });

  test('a rotation that is accepted is polled under its predecessor, where nobody knows it, until its user names the successor', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'async-bind', ending(-1, 1));
    await platform.until(() => successors().length > 0);
    expect(await platform.troubled(binding)).toContain('there is no such operation');
    expect(successors()).toHaveLength(1);
    platform.rename(binding, successors()[0] as string);
    expect(await platform.synced(binding)).toBe('Synced succeeded');
    await hasCredentialsOf(binding, successors()[0] as string);
    expect(await platform.delete(binding)).toBe('deleted');
    expect(held()).toEqual(['db-web']);
    await disposeOf(platform, db);
  });

  test('a binding whose rotation was accepted is forgotten when its user deletes it, and goes with its instance', async () => {
    const { platform } = landscape;
    const binding = await bound(offering, 'async-bind', ending(-1, 1));
    expect(await platform.troubled(binding)).toContain('there is no such operation');
    expect(await platform.delete(binding)).toBe('deleted');
    expect(held()).toEqual(['db-web', successors()[0]]);
    await disposeOf(platform, db);
  });
});
