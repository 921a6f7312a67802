import { Argon2idDigests, decoyDigest, isPasswordDigest } from './argon2id-digests.js';
import { generatePassword } from './generate-password.js';

const digests = new Argon2idDigests();
/** From the test suite of the argon2 reference implementation: "password", "somesalt", 64 MiB, two passes. */
const REFERENCE = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

describe('a password digest', () => {
  test('knows its password and no other', async () => {
    const digest = await digests.digest('pässwörd:with:colons', 'chosen');
    await expect(digests.verify('pässwörd:with:colons', digest)).resolves.toBe(true);
    await expect(digests.verify('pässwörd', digest)).resolves.toBe(false);
  });

  test('takes a letter and its mark for one character, however they were typed', async () => {
    await expect(digests.verify('pa\u0308ss', await digests.digest('päss', 'chosen'))).resolves.toBe(true);
  });

  test('is an argon2id PHC string that other tools can check, with a new salt each time', async () => {
    const [one, other] = await Promise.all([digests.digest('secret', 'chosen'), digests.digest('secret', 'chosen')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
  });

  test('made by another tool, with other costs, is checked as well', async () => {
    await expect(digests.verify('password', REFERENCE)).resolves.toBe(true);
    await expect(digests.verify('Password', REFERENCE)).resolves.toBe(false);
  });

  test.each([
    ['a password in the clear', 'secret'],
    ['bcrypt', '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'],
    ['argon2i', REFERENCE.replace('argon2id', 'argon2i')],
    ['more memory than is good', REFERENCE.replace('m=65536', 'm=9999999')],
    ['no passes', REFERENCE.replace('t=2', 't=0')],
    ['a cut tag', REFERENCE.slice(0, -30)],
  ])('%s is not taken for one', async (_what, text) => {
    expect(isPasswordDigest(text)).toBe(false);
    await expect(digests.verify('secret', text)).rejects.toThrow('not an argon2id PHC string');
  });

  test('many checks at once all end', async () => {
    const digest = await digests.digest('secret', 'chosen');
    const passwords = ['secret', 'other', 'secret', 'other', 'secret', 'other'];
    const checks = passwords.map((password) => digests.verify(password, digest));
    await expect(Promise.all(checks)).resolves.toEqual([true, false, true, false, true, false]);
  });

  test('of a decoy costs the same and belongs to no password', async () => {
    expect(decoyDigest().split('$').slice(0, 4)).toEqual((await digests.digest('x', 'chosen')).split('$').slice(0, 4));
    expect(decoyDigest()).not.toBe(decoyDigest());
    await expect(digests.verify('secret', decoyDigest())).resolves.toBe(false);
  });
});

test('a generated password needs no escaping and is another one each time', () => {
  expect(generatePassword()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(generatePassword()).not.toBe(generatePassword());
});
