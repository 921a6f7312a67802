import { z } from 'zod';
import { BackendTypes } from '#core';
import { secretSetting, type BackendType } from '#sdk';
import { BackendSettings, settingsSchema } from './backend-settings.js';

const broker: BackendType = {
  type: 'broker',
  description: 'A broker',
  settings: z.strictObject({ url: z.string(), timeoutMs: z.int().default(1000), password: secretSetting().optional() }),
  create: () => {
    throw new Error('not needed here');
  },
};

const settings = new BackendSettings(new BackendTypes([broker]));
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
