import { newOperationId, newUuid, PLATFORM_KINDS, PlatformStore, RefusedCreateStore } from '#core';
import type { PlatformKind } from '#sdk';
import { anEvent, TestRecord } from './record.js';

const RETENTION_MS = 7 * 24 * 3_600_000;

let record: TestRecord;
beforeEach(async () => {
  record = await TestRecord.open();
});
afterEach(() => record.close());

/** What release 0.1.0 knows. */
const OLD_KINDS = ['cloudfoundry', 'kubernetes', 'other'];

test.each(PLATFORM_KINDS)('a platform of kind %s is read as it was registered, and release 0.1.0 reads a kind it knows', async (kind: PlatformKind) => {
  const platform = { id: newUuid(), name: `its-${kind}`, kind };
  await record.get(PlatformStore).insert(platform, { username: platform.name, digest: 'digest' }, anEvent());
  const all = await record.get(PlatformStore).all();
  expect(all.find(({ id }) => id === platform.id)?.kind).toBe(kind);
  const [row] = await record.query<{ kind: string }>('select kind from platform where id = $1', [platform.id]);
  expect(OLD_KINDS).toContain(row?.kind);
});

describe('a refused create', () => {
  const name = { platformId: '', instanceId: 'ä'.repeat(1_024) };
  beforeEach(() => {
    name.platformId = record.platform.id;
  });
  const refused = (): RefusedCreateStore => record.get(RefusedCreateStore);

  test('keeps its first operation, and the description of the last refusal', async () => {
    const [first, second] = [newOperationId(), newOperationId()];
    expect(await refused().record(first, name, 'too small')).toBe(first);
    expect(await refused().record(second, name, 'too\0large')).toBe(first);
    expect(await refused().find(first, name)).toBe('too\ufffdlarge');
    expect(await refused().find(second, name)).toBeUndefined();
    expect(await refused().find(first, { ...name, bindingId: 'b' })).toBeUndefined();
  });

  test('is forgotten when the retention is over', async () => {
    const id = await refused().record(newOperationId(), name, 'no');
    await record.moveClock('6 days');
    await record.lifecycle.purge(RETENTION_MS);
    expect(await refused().find(id, name)).toBe('no');
    await record.moveClock('8 days');
    await record.lifecycle.purge(RETENTION_MS);
    expect(await refused().find(id, name)).toBeUndefined();
  });
});
