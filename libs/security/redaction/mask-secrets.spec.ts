import { z } from 'zod';
import { secretSetting } from '#sdk';
import { MASK, maskSecrets, unmaskSecrets } from './mask-secrets.js';

const host = z.strictObject({ host: z.string(), password: secretSetting() });
const settings = z.strictObject({
  url: z.string(),
  password: secretSetting(),
  certificate: secretSetting().nullable().optional(),
  tokens: z.record(z.string(), secretSetting()).optional(),
  hosts: z.array(host).optional(),
  pair: z.tuple([z.string(), secretSetting()]).optional(),
  login: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('password'), value: secretSetting() }),
      z.object({ kind: z.literal('file'), path: z.string() }),
    ])
    .optional(),
  named: z.object({ key: secretSetting() }).meta({ id: 'Named' }).optional(),
  keys: z.array(secretSetting()).optional(),
});
const schema = z.toJSONSchema(settings, { io: 'input' });
const stored = {
  url: 'https://db',
  password: 's-1',
  certificate: 's-2',
  tokens: { a: 's-3', b: 's-4' },
  hosts: [
    { host: 'one', password: 's-5' },
    { host: 'two', password: 's-6' },
  ],
  pair: ['user', 's-7'],
  login: { kind: 'password', value: 's-8' },
  named: { key: 's-9' },
  keys: ['s-10', 's-11'],
};

describe('settings are shown', () => {
  test('with every secret masked, wherever the schema has it', () => {
    expect(maskSecrets(stored, schema)).toEqual({
      url: 'https://db',
      password: MASK,
      certificate: MASK,
      tokens: { a: MASK, b: MASK },
      hosts: [
        { host: 'one', password: MASK },
        { host: 'two', password: MASK },
      ],
      pair: ['user', MASK],
      login: { kind: 'password', value: MASK },
      named: { key: MASK },
      keys: [MASK, MASK],
    });
    expect(JSON.stringify(maskSecrets(stored, schema))).not.toContain('s-');
  });

  test('with a secret that is not set as not set', () => {
    expect(maskSecrets({ url: 'x', certificate: null }, schema)).toEqual({ url: 'x', certificate: null });
  });

  test('without changing the stored ones', () => {
    const before = structuredClone(stored);
    maskSecrets(stored, schema);
    expect(stored).toEqual(before);
  });

  test('with all of an object that is a secret as a whole', () => {
    const whole = z.toJSONSchema(z.object({ key: z.object({ private: z.string() }).meta({ writeOnly: true }) }));
    expect(maskSecrets({ key: { private: 's' } }, whole)).toEqual({ key: MASK });
  });
});

describe('settings that come back', () => {
  const unmask = (sent: unknown): unknown => unmaskSecrets(sent, stored, schema);

  test('as they were shown are the stored ones', () => {
    expect(unmask(maskSecrets(stored, schema))).toEqual(stored);
  });

  test('keep the secrets that are masked and take the ones that are written out', () => {
    expect(unmask({ url: 'https://new', password: MASK, certificate: 'new' })).toEqual({
      url: 'https://new',
      password: 's-1',
      certificate: 'new',
    });
  });

  test('without the first host keep the second one its own password', () => {
    expect(unmask({ hosts: [{ host: 'two', password: MASK }] })).toEqual({ hosts: [{ host: 'two', password: 's-6' }] });
  });

  test('with the hosts in another order keep each its password', () => {
    const turned = { hosts: stored.hosts.toReversed() };
    expect(unmask(maskSecrets(turned, schema))).toEqual(turned);
  });

  test.each([
    ['a host that is new', { hosts: [{ host: 'three', password: MASK }] }, 'settings/hosts/0/password'],
    ['one of several bare secrets left out', { keys: [MASK] }, 'settings/keys/0'],
    ['a member that had no secret', { tokens: { c: MASK } }, 'settings/tokens/c'],
    ['a member named like a method', { tokens: { toString: MASK } }, 'settings/tokens/toString'],
  ])('with a mask for %s are refused', (_what, sent, path) => {
    expect(() => unmask(sent)).toThrow(path);
    expect(() => unmask(sent)).toThrow(expect.objectContaining({ code: 'BadRequest' }));
  });

  test('with eight stars where no secret belongs keep the stars', () => {
    expect(unmask({ url: MASK })).toEqual({ url: MASK });
  });
});
