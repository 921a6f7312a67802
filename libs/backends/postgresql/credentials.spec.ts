import { credentials } from './credentials.js';

const server = { host: 'db.internal', port: 5432, user: 'admin', password: 'secret-of-the-admin' };
const login = { database: 'osb_x', username: 'osb_x_y', password: 'pw' };

test('an application gets everything to connect with, in the spellings its libraries read', () => {
  expect(credentials(server, login)).toEqual({
    host: 'db.internal',
    port: 5432,
    database: 'osb_x',
    username: 'osb_x_y',
    password: 'pw',
    uri: 'postgresql://osb_x_y:pw@db.internal:5432/osb_x?sslmode=disable',
    jdbcUrl: 'jdbc:postgresql://db.internal:5432/osb_x?user=osb_x_y&password=pw&sslmode=disable',
    sslmode: 'disable',
  });
});

test('an application connects to the public address, the gateway to its own', () => {
  const { host, port, uri } = credentials({ ...server, publicHost: 'db.example.com', publicPort: 6432 }, login);
  expect([host, port]).toEqual(['db.example.com', 6432]);
  expect(uri).toContain('@db.example.com:6432/');
});

test('an IPv6 address is put in brackets where it is part of a URL', () => {
  const { host, uri, jdbcUrl } = credentials({ ...server, host: '::1' }, login);
  expect(host).toBe('::1');
  expect(uri).toContain('@[::1]:5432/');
  expect(jdbcUrl).toContain('//[::1]:5432/');
});

test('with verify-full an application gets the authority to check the server against', () => {
  const { ca_certificate, sslmode } = credentials({ ...server, ssl: 'verify-full', caCertificate: 'PEM' }, login);
  expect([ca_certificate, sslmode]).toEqual(['PEM', 'verify-full']);
});

test('the name of every credential is one all platforms take', () => {
  const all = credentials({ ...server, ssl: 'verify-full', caCertificate: 'PEM' }, login);
  for (const key of Object.keys(all)) expect(key).toMatch(/^[-._A-Za-z0-9]+$/);
  expect(JSON.stringify(all)).not.toContain('secret-of-the-admin');
});
