import { Logger } from '@nestjs/common';
import type { StoredCredential } from '#core';
import { Argon2idDigests } from '../credentials/argon2id-digests.js';
import { Authenticator } from './authenticator.js';

const platform = { id: 'p-1', name: 'cf-eu', kind: 'cloudfoundry' } as const;
const header = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
const GOOD = header('cf', 'pässwörd:mit:doppelpunkt');
const WRONG = header('cf', 'wrong');
const ADDRESS = '10.0.0.1';

/** Counts the slow checks and keeps what they were made against. */
class CountingDigests extends Argon2idDigests {
  readonly checked: string[] = [];

  override verify(password: string, digest: string): Promise<boolean> {
    this.checked.push(digest);
    return super.verify(password, digest);
  }
}

class Directory {
  readonly entries = new Map<string, StoredCredential>();
  lookups = 0;
  gate = Promise.resolve();
  answer: 'at once' | 'fails' | 'hangs' = 'at once';

  async find(username: string): Promise<StoredCredential | undefined> {
    this.lookups += 1;
    if (this.answer === 'hangs') return new Promise(() => {});
    if (this.answer === 'fails') throw new Error('the database is away');
    const found = this.entries.get(username);
    await this.gate;
    return found;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

beforeAll(() => Logger.overrideLogger(false));

async function setUp() {
  const clock = { ms: 0 };
  const digests = new CountingDigests();
  const directory = new Directory();
  const digest = await digests.digest('pässwörd:mit:doppelpunkt', 'chosen');
  directory.entries.set('cf', { platform, digest, version: '1' });
  const admin = { username: 'admin', passwordDigest: await digests.digest('admin-password', 'chosen') };
  const authenticator = new Authenticator(directory, admin, digests, () => clock.ms);
  const verify = (text: string, address = ADDRESS) => authenticator.verifyPlatform(text, address);
  return { authenticator, clock, digest, digests, directory, verify };
}

/** For tests with thousands of checks. */
function withoutSlowChecks() {
  const digests = {
    digest: async (password: string) => password,
    verify: async (password: string, digest: string) => password === digest,
    isQuick: () => false,
  };
  const directory = new Directory();
  directory.entries.set('cf', { platform, digest: 'secret', version: '1' });
  const authenticator = new Authenticator(directory, { username: 'admin', passwordDigest: 'admin' }, digests);
  return { authenticator, good: header('cf', 'secret') };
}

describe('who asks', () => {
  test('a password with colons and umlauts is the right one', async () => {
    const { verify } = await setUp();
    await expect(verify(GOOD)).resolves.toEqual(platform);
  });

  test.each([
    ['the part before the second colon', header('cf', 'pässwörd')],
    ['another password', WRONG],
    ['another username', header('k8s', 'pässwörd:mit:doppelpunkt')],
    ["the administrator's credentials", header('admin', 'admin-password')],
    ['no Basic header', 'Bearer abc'],
  ])('%s is nobody', async (_what, text) => {
    const { verify } = await setUp();
    await expect(verify(text)).resolves.toBeUndefined();
  });

  test('an administrator is no platform, and a platform no administrator', async () => {
    const { authenticator } = await setUp();
    const admin = await authenticator.verifyAdmin(header('admin', 'admin-password'), ADDRESS);
    expect(admin?.username).toBe('admin');
    await expect(authenticator.verifyAdmin(GOOD, ADDRESS)).resolves.toBeUndefined();
    expect(authenticator.recall('platform', header('admin', 'admin-password'))).toBeUndefined();
  });

  test('an unknown username is checked against a digest no password has, at the same cost', async () => {
    const { digest, digests, verify } = await setUp();
    await verify(header('nobody', 'secret'));
    await verify(WRONG);
    const [decoy, known] = digests.checked as [string, string];
    expect([digests.checked.length, known, decoy === digest]).toEqual([2, digest, false]);
    expect(decoy.split('$').slice(0, 4)).toEqual(digest.split('$').slice(0, 4));
  });
});

describe('a header that was verified', () => {
  test('is known again at once for a minute, without a check or a look-up', async () => {
    const { authenticator, clock, digests, directory, verify } = await setUp();
    expect(authenticator.recall('platform', GOOD)).toBeUndefined();
    await verify(GOOD);
    clock.ms = 59_999;
    expect(authenticator.recall('platform', GOOD)).toEqual({ kind: 'platform', platform });
    await verify(GOOD);
    expect([digests.checked.length, directory.lookups]).toEqual([1, 1]);
  });

  test('is looked up again after a minute, and checked again only when the credential changed', async () => {
    const { authenticator, clock, digest, digests, directory, verify } = await setUp();
    await verify(GOOD);
    clock.ms = 60_000;
    expect(authenticator.recall('platform', GOOD)).toBeUndefined();
    await expect(verify(GOOD)).resolves.toEqual(platform);
    expect([digests.checked.length, directory.lookups]).toEqual([1, 2]);
    directory.entries.set('cf', { platform: { ...platform, name: 'renamed' }, digest, version: '2' });
    clock.ms = 120_000;
    await expect(verify(GOOD)).resolves.toMatchObject({ name: 'renamed' });
    expect([digests.checked.length, directory.lookups]).toEqual([2, 3]);
  });

  test('ends with its credential', async () => {
    const { clock, directory, verify } = await setUp();
    await verify(GOOD);
    directory.entries.delete('cf');
    clock.ms = 60_000;
    await expect(verify(GOOD)).resolves.toBeUndefined();
  });

  test.each([
    ['its username', 'cf'],
    ['everybody', undefined],
  ])('is checked from the start once %s is forgotten', async (_what, username) => {
    const { authenticator, directory, verify } = await setUp();
    await verify(GOOD);
    directory.entries.delete('cf');
    authenticator.forget(username);
    expect(authenticator.recall('platform', GOOD)).toBeUndefined();
    await expect(verify(GOOD)).resolves.toBeUndefined();
  });

  test('stays known when somebody else is forgotten', async () => {
    const { authenticator, verify } = await setUp();
    await verify(GOOD);
    authenticator.forget('k8s');
    expect(authenticator.recall('platform', GOOD)).toBeDefined();
  });

  test('many requests with one header at once cost one check', async () => {
    const { digests, verify } = await setUp();
    const platforms = await Promise.all(Array.from({ length: 50 }, () => verify(GOOD)));
    expect(new Set(platforms).size).toBe(1);
    expect(digests.checked).toHaveLength(1);
  });
});

describe('a header that was refused', () => {
  test('is refused for five seconds without a check, then checked again', async () => {
    const { clock, digests, verify } = await setUp();
    await verify(WRONG);
    await verify(WRONG);
    expect(digests.checked).toHaveLength(1);
    clock.ms = 5000;
    await verify(WRONG);
    expect(digests.checked).toHaveLength(2);
  });

  test('is good at once when the credentials became its own', async () => {
    const { authenticator, digests, directory, verify } = await setUp();
    await expect(verify(WRONG)).resolves.toBeUndefined();
    directory.entries.set('cf', { platform, digest: await digests.digest('wrong', 'chosen'), version: '2' });
    authenticator.forget('cf');
    await expect(verify(WRONG)).resolves.toEqual(platform);
  });

  test('ten thousand others push no verified header out', async () => {
    const { authenticator, good } = withoutSlowChecks();
    await authenticator.verifyPlatform(good, ADDRESS);
    for (let index = 0; index < 10_001; index += 1) {
      await expect(authenticator.verifyPlatform(header(`user ${index}`, 'x'), ADDRESS)).resolves.toBeUndefined();
    }
    expect(authenticator.recall('platform', good)).toEqual({ kind: 'platform', platform });
  });
});

describe('a credential that is forgotten while a header is being checked', () => {
  test('leaves no verified header behind', async () => {
    const { authenticator, digests, directory, verify } = await setUp();
    const before = verify(GOOD); // 1. the check begins with the old credential
    await until(() => digests.checked.length === 1);
    directory.entries.delete('cf'); // 2. the credential ends
    authenticator.forget('cf');
    await before; // 3. the check ends
    expect(authenticator.recall('platform', GOOD)).toBeUndefined();
    await expect(verify(GOOD)).resolves.toBeUndefined();
  });

  test.each([
    ['leaves no refused header behind', (before: Promise<unknown>) => before],
    ['gives its verdict to no later request', () => undefined],
  ])('%s', async (_what, pause) => {
    const { authenticator, digests, directory, verify } = await setUp();
    const digest = await digests.digest('wrong', 'chosen');
    const before = verify(WRONG); // 1. the check begins with the old credential
    await until(() => digests.checked.length === 1);
    directory.entries.set('cf', { platform, digest, version: '2' }); // 2. a new one takes its place
    authenticator.forget('cf');
    await pause(before); // 3. the check ends before the next request, or after it
    await expect(verify(WRONG)).resolves.toEqual(platform);
    await expect(before).resolves.toBeUndefined();
  });

  test('is not remembered for the time the directory is away', async () => {
    const { authenticator, directory, verify } = await setUp();
    const gate = Promise.withResolvers<void>();
    directory.gate = gate.promise;
    const before = verify(GOOD); // 1. the look-up reads the old credential
    await until(() => directory.lookups === 1);
    authenticator.forget('cf'); // 2. the credential ends
    gate.resolve(); // 3. the old answer arrives
    await before;
    directory.answer = 'fails';
    await expect(verify(GOOD)).rejects.toMatchObject({ code: 'Unavailable' });
  });
});

describe('while the directory is away', () => {
  test('a verified header stays good beyond its minute', async () => {
    const { authenticator, clock, digests, directory, verify } = await setUp();
    await verify(GOOD);
    directory.answer = 'fails';
    clock.ms = 3_600_000;
    await expect(verify(GOOD)).resolves.toEqual(platform);
    expect(authenticator.recall('platform', GOOD)).toBeDefined();
    expect(digests.checked).toHaveLength(1);
  });

  test('the digests known last are used for a header not seen before', async () => {
    const { directory, verify } = await setUp();
    await verify(WRONG);
    directory.answer = 'fails';
    await expect(verify(GOOD)).resolves.toEqual(platform);
  });

  test('nobody is told that a password is wrong, and unknown usernames get the same answer', async () => {
    const { digests, directory, verify } = await setUp();
    await verify(GOOD);
    directory.answer = 'fails';
    await expect(verify(WRONG)).rejects.toMatchObject({ code: 'Unavailable', details: { retryAfterSeconds: 5 } });
    await expect(verify(header('nobody', 'x'))).rejects.toMatchObject({ code: 'Unavailable' });
    expect(digests.checked).toHaveLength(3);
  });

  test('it is asked again every five seconds, not with every request', async () => {
    const { clock, directory, verify } = await setUp();
    directory.answer = 'fails';
    await verify(GOOD).catch(() => undefined);
    await verify(header('nobody', 'x')).catch(() => undefined);
    expect(directory.lookups).toBe(1);
    directory.answer = 'at once';
    clock.ms = 5000;
    await expect(verify(GOOD)).resolves.toEqual(platform);
  });

  test('a credential that ended in that time ends soon after the directory is back', async () => {
    const { clock, directory, verify } = await setUp();
    await verify(GOOD);
    directory.answer = 'fails';
    clock.ms = 60_000;
    await expect(verify(GOOD)).resolves.toEqual(platform);
    directory.answer = 'at once';
    directory.entries.delete('cf');
    clock.ms = 65_000;
    await expect(verify(GOOD)).resolves.toBeUndefined();
  });

  test('one that hangs counts as away after two seconds', async () => {
    const { clock, directory, verify } = await setUp();
    await verify(GOOD);
    directory.answer = 'hangs';
    clock.ms = 60_000;
    await expect(verify(GOOD)).resolves.toEqual(platform);
  });
});

describe('a generated password', () => {
  async function withGenerated() {
    const made = await setUp();
    const digest = await made.digests.digest('generated', 'generated');
    made.directory.entries.set('k8s', { platform, digest, version: '1' });
    const slowChecks = () => made.digests.checked.filter((each) => !made.digests.isQuick(each)).length;
    return { ...made, slowChecks };
  }

  test('is accepted without a slow check, also after many wrong ones for its username', async () => {
    const { slowChecks, verify } = await withGenerated();
    for (let index = 0; index < 21; index += 1) await verify(header('k8s', `guess ${index}`)).catch(() => undefined);
    const before = slowChecks();
    await expect(verify(header('k8s', 'generated'))).resolves.toEqual(platform);
    expect(slowChecks()).toBe(before);
  });

  test('costs who guesses it the slow check every username costs: the time tells nothing', async () => {
    const { slowChecks, verify } = await withGenerated();
    await expect(verify(header('k8s', 'wrong'))).resolves.toBeUndefined();
    expect(slowChecks()).toBe(1);
    await expect(verify(header('nobody', 'wrong'))).resolves.toBeUndefined();
    expect(slowChecks()).toBe(2);
  });
});

describe('many wrong passwords', () => {
  test('make further ones wait without a check, and say how long', async () => {
    const { digests, verify } = await setUp();
    for (let index = 0; index < 5; index += 1) await verify(header('cf', `guess ${index}`));
    await expect(verify(header('cf', 'one more'))).rejects.toMatchObject({
      code: 'Unauthorized',
      details: { retryAfterSeconds: 1 },
    });
    expect(digests.checked).toHaveLength(5);
  });

  test('never hold up a header that was verified before, not even after its minute', async () => {
    const { clock, verify } = await setUp();
    await verify(GOOD);
    clock.ms = 60_000;
    for (let index = 0; index < 20; index += 1) await verify(header('cf', `guess ${index}`)).catch(() => undefined);
    await expect(verify(GOOD)).resolves.toEqual(platform);
  });

  test('for many usernames at once turn newcomers away for a moment, and nobody known', async () => {
    const { authenticator, good } = withoutSlowChecks();
    const verify = (text: string, address: string) => authenticator.verifyPlatform(text, address);
    await verify(good, ADDRESS);
    const flood = Array.from({ length: 200 }, (_, index) => verify(header(`name ${index}`, 'x'), `10.0.1.${index}`));
    const outcomes = await Promise.allSettled([...flood, verify(good, ADDRESS)]);
    const turnedAway = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(turnedAway).toHaveLength(200 - 4 - 100);
    for (const { reason } of turnedAway) expect(reason).toMatchObject({ code: 'Unavailable' });
    expect(outcomes.at(-1)).toMatchObject({ status: 'fulfilled', value: platform });
  });
});
