import { newPassword, scramVerifier } from './password.js';

test('a verifier is the one of RFC 7677 for its example', async () => {
  // User "user", password "pencil" (RFC 7677, section 3).
  expect(await scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:' +
      'wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

test('two verifiers of one password differ', async () => {
  expect(await scramVerifier('x')).not.toBe(await scramVerifier('x'));
});

test('a password is 32 characters that need no escaping anywhere', () => {
  const passwords = Array.from({ length: 100 }, newPassword);
  expect(new Set(passwords).size).toBe(100);
  for (const password of passwords) expect(password).toMatch(/^[-_A-Za-z0-9]{32}$/);
});
