import { z } from 'zod';
import { AddressGuard } from '#sdk';
import { clientConfig, resolveServer } from './server.js';
import { postgresqlSettings } from './settings.js';

const own = { host: 'db', username: 'admin', password: 'pw' };
const plan = { id: 'p-1', name: 'one', description: 'One', connectionLimit: 5 };

describe('settings that cannot work are refused, and the message tells the way out', () => {
  test.each([
    ['a server without a login', { host: 'db' }, '"host" needs "username" and "password"'],
    ['a login without a server', { username: 'x', password: 'y' }, 'set "host" too'],
    ['an authority nobody asks', { ...own, ssl: 'require', caCertificate: 'PEM' }, '"ssl": "verify-full" only'],
    ['a second service with the plans of the first', { serviceId: 's-2' }, '"plans" with ids of their own'],
    ['two plans of one id', { plans: [plan, { ...plan, name: 'two' }] }, 'two plans have the same id'],
    ['two plans of one name', { plans: [plan, { ...plan, id: 'p-2' }] }, 'two plans have the same name'],
    ['a plan nobody can connect to', { plans: [{ ...plan, connectionLimit: 0 }] }, 'Too small'],
    ['an extension that is SQL', { plans: [{ ...plan, extensions: ['x"; DROP'] }] }, 'Invalid string'],
    ['a misspelt setting', { hosts: 'db' }, 'Unrecognized key'],
  ])('%s', (_what, settings, message) => {
    const issues = postgresqlSettings.safeParse(settings).error?.issues ?? [];
    expect(issues.map((issue) => issue.message)).toContainEqual(expect.stringContaining(message));
  });
});

const addresses = new AddressGuard([]);

test('no settings at all stand for the own server of the gateway', () => {
  const server = { host: '127.0.0.1', port: 1234, user: 'osb', password: 'pw', dedicated: true };
  expect(resolveServer(postgresqlSettings.parse({ publicHost: 'db.example.com' }), server, addresses)).toMatchObject({
    ...server,
    publicHost: 'db.example.com',
  });
});

test('a gateway without a server of its own needs one in the settings', () => {
  expect(() => resolveServer({}, undefined, addresses)).toThrow('set "host", "username" and "password"');
  expect(resolveServer(own, undefined, addresses)).toMatchObject({ host: 'db', port: 5432, user: 'admin' });
});

test('the server of the settings comes before that of the gateway, and is not taken for a dedicated one', () => {
  const gateways = { host: '127.0.0.1', port: 1234, user: 'osb', password: 'other', dedicated: true };
  expect(resolveServer(own, gateways, addresses)).toMatchObject({ host: 'db', password: 'pw', dedicated: undefined });
});

test('the certificate is checked with verify-full, and nothing is encrypted unless asked for', () => {
  const tls = (ssl?: 'require' | 'verify-full') => clientConfig({ ...resolveServer(own, undefined, addresses), ssl }).ssl;
  expect(tls()).toBe(false);
  expect(tls('require')).toEqual({ rejectUnauthorized: false });
  expect(tls('verify-full')).toMatchObject({ rejectUnauthorized: true });
});

test.each(['127.0.0.1', '::1', '169.254.169.254', '::ffff:127.0.0.1'])('a server at %s is refused unless it is allowed', (host) => {
  const settings = postgresqlSettings.parse({ ...own, host });
  expect(() => resolveServer(settings, undefined, addresses)).toThrow(/^host: .* address, and those are not called; add it to BACKEND_ALLOWED_HOSTS/);
  expect(resolveServer(settings, undefined, new AddressGuard([host]))).toMatchObject({ host });
});

test('a folder of Unix sockets is no server, whatever is allowed', () => {
  const settings = postgresqlSettings.parse({ ...own, host: '/var/run/postgresql' });
  expect(() => resolveServer(settings, undefined, new AddressGuard(['0.0.0.0/0']))).toThrow('host: a path is not allowed');
});

test("the gateway's own server may have any address", () => {
  const server = { host: '127.0.0.1', port: 1234, user: 'osb', password: 'pw' };
  expect(clientConfig(resolveServer({}, server, addresses))).not.toHaveProperty('stream');
});

test('the published schema marks the password as a secret and knows every setting', () => {
  const schema = z.toJSONSchema(postgresqlSettings, { io: 'input' });
  expect(schema.properties?.['password']).toMatchObject({ writeOnly: true, format: 'password' });
  expect(schema.required ?? []).toEqual([]);
});
