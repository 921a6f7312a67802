import { greeting } from './greeting.js';

const started = {
  url: 'http://127.0.0.1:8080',
  newLogins: { platform: { username: 'platform', password: 'p-secret' }, admin: { username: 'admin', password: 'a-secret' } },
  loginsFile: '.data/credentials.json',
};

test('passwords that were made up are shown in a terminal', () => {
  expect(greeting(started, true)).toMatch(/shown this once and kept in .data.credentials.json:\n {2}platform platform:p-secret\n {2}admin {4}admin:a-secret\n$/);
});

test('any other output says where they are kept, and shows none', () => {
  expect(greeting(started, false)).toContain('generated ones are kept in .data/credentials.json');
  expect(greeting(started, false)).not.toContain('secret');
});
