import { z } from 'zod';
import { providedSetting, type BackendType } from '#sdk';
import { BackendTypes } from './backend-types.js';
import { ProvidedSettings } from './provided-settings.js';

const type: BackendType = {
  type: 'database',
  description: 'A database',
  settings: z.strictObject({ host: z.string().optional(), own: providedSetting(z.string(), 'The server of the gateway.') }),
  create: () => {
    throw new Error('not needed here');
  },
};

test('what the gateway provides comes on top of what is stored', () => {
  const provided = new ProvidedSettings(new BackendTypes([type]));
  provided.provide('database', { own: 'first' });
  provided.provide('database', { own: 'second' });
  expect(provided.complete('database', { host: 'a' })).toEqual({ host: 'a', own: 'second' });
});

test('nobody but the gateway sets it, also while it provides nothing', () => {
  const provided = new ProvidedSettings(new BackendTypes([type]));
  expect(provided.complete('database', { own: '169.254.169.254' })).toEqual({});
  expect(provided.providedIn('database', { own: 'x', host: 'a' })).toEqual(['own']);
});

test('other types are left as they are', () => {
  const provided = new ProvidedSettings(new BackendTypes([type]));
  provided.provide('database', { own: 'first' });
  expect(provided.complete('other', { own: 'theirs' })).toEqual({ own: 'theirs' });
});
