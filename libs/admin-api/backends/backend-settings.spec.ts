import { z } from 'zod';
import { BackendTypes, ProvidedSettings } from '#core';
import { providedSetting, secretSetting, type BackendType } from '#sdk';
import { BackendSettings, settingsSchema } from './backend-settings.js';

const broker: BackendType = {
  type: 'broker',
  description: 'A broker',
  settings: z.strictObject({
    url: z.string(),
    timeoutMs: z.int().default(1000),
    password: secretSetting().optional(),
    own: providedSetting(z.strictObject({ host: z.string(), password: secretSetting() }), 'What the gateway has.'),
  }),
  create: () => {
    throw new Error('not needed here');
  },
};

const types = new BackendTypes([broker]);
const provided = new ProvidedSettings(types);
const settings = new BackendSettings(types, provided);
const stored = { url: 'https://a', password: 'canary-secret' };

test('a secret is shown as its mask', () => {
  expect(settings.shown({ type: 'broker', settings: stored })).toEqual({ url: 'https://a', password: '********' });
});

test('nothing is shown of a type that is not installed any more: who knows what of it is a secret', () => {
  expect(settings.shown({ type: 'gone', settings: stored })).toEqual({ url: '********', password: '********' });
});

test('a mask that comes back keeps the secret, and a new value replaces it', () => {
  expect(settings.received('broker', { url: 'https://b', password: '********' }, stored)).toEqual({ ...stored, url: 'https://b' });
  expect(settings.received('broker', { password: 'new' }, stored)).toEqual({ password: 'new' });
});

test('a mask is no password for a backend that never had one', () => {
  const refused = expect.objectContaining({ code: 'BadRequest', description: expect.stringMatching(/^settings\/password: /) });
  expect(() => settings.received('broker', { url: 'u', password: '********' }, {})).toThrow(refused);
});

test('the schema is of what an operator writes: defaults need not be given, secrets are marked', () => {
  expect(settingsSchema(broker)).toMatchObject({
    required: ['url'],
    additionalProperties: false,
    properties: { timeoutMs: { default: 1000 }, password: { writeOnly: true } },
  });
});

describe('a setting the gateway fills in', () => {
  beforeAll(() => provided.provide('broker', { own: { host: 'gateway', password: 'canary-secret' } }));

  test('is shown without its secret, whatever is stored in its place', () => {
    const shown = { url: 'https://a', own: { host: 'gateway', password: '********' } };
    for (const own of [undefined, { host: 'forged', password: 'forged' }]) {
      expect(settings.shown({ type: 'broker', settings: { url: 'https://a', ...(own && { own }) } })).toEqual(shown);
    }
  });

  test('may be sent back as it was shown, and is not stored', () => {
    const shown = settings.shown({ type: 'broker', settings: stored });
    expect(settings.received('broker', shown, stored)).toEqual(stored);
  });

  test('is marked in the schema', () => {
    expect(settingsSchema(broker)).toMatchObject({ properties: { own: { readOnly: true } } });
  });
});
