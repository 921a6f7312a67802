import { z } from 'zod';
import { secretSetting } from '#sdk';
import { secretMask } from './hide-secrets.js';

const schema = z.strictObject({
  host: z.string(),
  password: secretSetting().optional(),
  users: z.array(z.strictObject({ name: z.string(), key: secretSetting() })).default([]),
  tokens: z.record(z.string(), secretSetting()).default({}),
  login: z.union([z.strictObject({ bearer: secretSetting() }), z.string()]).optional(),
});

test.each([
  ['a secret', { host: 'db', password: 'hunter2' }, 'db says: hunter2 is wrong', 'db says: ******** is wrong'],
  ['one in a URL', { host: 'db', password: 'p@ss' }, 'postgres://u:p%40ss@db', 'postgres://u:********@db'],
  ['one in a list', { host: 'db', users: [{ name: 'u', key: 'k-1' }] }, 'u has k-1', 'u has ********'],
  ['one in a map', { host: 'db', tokens: { a: 't-1' } }, 'token a is t-1', 'token a is ********'],
  ['one of an alternative', { host: 'db', login: { bearer: 'b-1' } }, 'b-1', '********'],
  ['one that holds another', { host: 'db', password: 'abc', tokens: { a: 'abcdef' } }, 'abcdef abc', '******** ********'],
  ['a short one within other words is not touched, but where it stands alone', { host: 'db', password: 'p' }, 'loopback: "p", p_1 and p', 'loopback: "********", p_1 and ********'],
  ['a short one at the edge of other words is not touched, but', { host: 'db', password: 'loop' }, 'loopback backloop loop.', 'loopback backloop ********.'],
  ['one of eight characters, also within other words,', { host: 'db', password: 'hunter22' }, 'xhunter22x', 'x********x'],
  ['one that was written as JSON', { host: 'db', password: 'a"b\\c d e' }, 'it has "a\\"b\\\\c d e"', 'it has "********"'],
  ['none', { host: 'db' }, 'db does not answer', 'db does not answer'],
])('%s is masked', (_what, settings, text, shown) => {
  expect(secretMask(schema, settings)(text)).toBe(shown);
});

test.each(['u', 'us', 'use', 'user'])('one in the Basic authentication of %s is masked', (username) => {
  const settings = { host: 'db', password: 'correct horse' };
  const header = Buffer.from(`${username}:${settings.password}`).toString('base64');
  const shown = secretMask(schema, settings)(`got Authorization: Basic ${header}`);
  expect(shown).toContain('********');
  expect(Buffer.from(shown.split(' ').at(-1) ?? '', 'base64').toString()).not.toContain('horse');
});
