import { z } from 'zod';
import { AddressGuard, BrokerError, secretSetting, UnknownOutcome, type BackendEnvironment, type BackendType, type ServiceBackend } from '#sdk';
import { Timings } from '../operations/timings.js';
import type { Journal } from '../journal/journal.js';
import { BackendCalls } from './backend-calls.js';
import { BackendRegistry } from './backend-registry.js';
import { BackendTypes } from './backend-types.js';
import type { Backend } from './backend.js';
import { ProvidedSettings } from './provided-settings.js';

const SECRET = 'hunter2/$';
let lines: unknown[];
let environment: BackendEnvironment | undefined;

const type: BackendType = {
  type: 'talkative',
  description: 'Says its secrets.',
  settings: z.strictObject({ password: secretSetting(), bad: z.boolean().optional() }),
  create(settings, given) {
    environment = given;
    if ((settings as { bad?: boolean }).bad) throw new Error(`cannot use ${SECRET}`);
    return { warnings: () => [`it uses ${SECRET}`] } as unknown as ServiceBackend;
  },
};
const record = { id: 'k-1', name: 'talker', type: 'talkative', settings: { password: SECRET }, policy: {}, version: 1 } as unknown as Backend;

let registry: BackendRegistry;
let calls: BackendCalls;
beforeEach(async () => {
  lines = [];
  const journal = { child: () => journal, warn: (...line: unknown[]) => lines.push(line), info: (...line: unknown[]) => lines.push(line) };
  const types = new BackendTypes([type]);
  registry = new BackendRegistry(types, new ProvidedSettings(types), journal as unknown as Journal, new AddressGuard([]));
  calls = new BackendCalls(registry, new Timings());
  await registry.put(record);
});

const ending = (thrown: unknown) => calls.call('k-1', new Date(Date.now() + 60_000), () => Promise.reject(thrown as Error));

test('what a backend logs has no secret of its settings, in any field, and no endless text', () => {
  environment?.log.warn(`signing in with ${SECRET}`, { url: `https://u:${encodeURIComponent(SECRET)}@broker`, deep: [{ [SECRET]: SECRET }], long: 'x'.repeat(100_000) });
  const written = JSON.stringify(lines);
  expect(written).not.toMatch(/hunter2/);
  expect(written.length).toBeLessThan(10_000);
});

test('a refusal reaches nobody with a secret or an endless text in it, and keeps its meaning', async () => {
  const end = await ending(new BrokerError('Conflict', `${SECRET} is wrong; ${'x'.repeat(100_000)}`, { retryAfterSeconds: 5 }));
  expect(end).toMatchObject({ kind: 'refused', error: { code: 'Conflict', details: { retryAfterSeconds: 5 } } });
  const { description } = end.kind === 'refused' ? end.error : { description: SECRET };
  expect(description).toMatch(/^\*{8} is wrong; x/);
  expect(description.length).toBeLessThan(8_200);
});

test('the reason of an unknown outcome has no secret', async () => {
  expect(await ending(new UnknownOutcome(`lost ${SECRET}`))).toMatchObject({ kind: 'unknown', reason: 'lost ********' });
});

test('settings that are refused are refused without their values', () => {
  expect(() => registry.create({ ...record, settings: { password: SECRET, bad: true } })).toThrow('cannot use ********');
});

test('what a backend warns operators of has no secret', () => {
  expect(registry.warningsOf('k-1')).toEqual(['it uses ********']);
});
