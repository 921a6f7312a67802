import { AddressGuard } from '#sdk';
import { clientConfig } from './server.js';
import { serversOfSettings } from './servers-of-settings.js';
import { postgresqlSettings, type PostgresqlSettings } from './settings.js';

const own = { host: 'db', username: 'admin', password: 'pw' };
const embeddedServer = { host: '127.0.0.1', port: 20_001, username: 'postgres', password: 'pw-tenants' };
const recordServer = { url: 'postgres://postgres:pw-record@127.0.0.1:20002/postgres', dedicated: true };
const nothingAllowed = new AddressGuard([]);

function servers(settings: PostgresqlSettings, addresses = nothingAllowed) {
  return Object.fromEntries(serversOfSettings(postgresqlSettings.parse(settings), addresses));
}

test('a gateway with a database of its own and no named server has none for new instances', () => {
  expect(Object.keys(servers({}))).toEqual([]);
  expect(Object.keys(servers({ recordServer }))).toEqual(['record']);
});

test('the embedded server belongs to the gateway alone, and may have any address', () => {
  const { embedded } = servers({ embeddedServer });
  expect(embedded).toMatchObject({ host: '127.0.0.1', port: 20_001, user: 'postgres', dedicated: true });
  expect(embedded && clientConfig(embedded)).not.toHaveProperty('stream');
});

test('a named server stands beside the gateway\'s own, and is not taken for a dedicated one', () => {
  const all = servers({ ...own, embeddedServer, recordServer });
  expect(Object.keys(all)).toEqual(['named', 'embedded', 'record']);
  expect(all['named']).toMatchObject({ host: 'db', port: 5432, user: 'admin', dedicated: undefined });
});

test.each([
  ['the named server', { ...own, embeddedServer, recordServer }, 'named'],
  ['the embedded one without it', { embeddedServer, recordServer }, 'embedded'],
  ['the one of the record without both', { recordServer }, 'record'],
])('the public address is that of %s', (_what, settings, role) => {
  const all = servers({ ...settings, publicHost: 'db.example.com', publicPort: 6432 });
  const shown = Object.entries(all).filter(([, { publicHost, publicPort }]) => publicHost === 'db.example.com' && publicPort === 6432);
  expect(shown.map(([name]) => name)).toEqual([role]);
});

test('the certificate is checked as far as the mode says, and nothing is encrypted unless asked for', () => {
  const tls = (settings: Partial<PostgresqlSettings>) => {
    const { named } = servers({ ...own, ...settings });
    return named && clientConfig(named).ssl;
  };
  expect(tls({})).toBe(false);
  expect(tls({ ssl: 'require' })).toEqual({ rejectUnauthorized: false });
  expect(tls({ ssl: 'verify-full' })).toEqual({ rejectUnauthorized: true });
  const checksName = expect.any(Function);
  expect(tls({ ssl: 'verify-ca', caCertificate: 'PEM' })).toEqual({ rejectUnauthorized: true, ca: 'PEM', checkServerIdentity: checksName });
});

test.each(['127.0.0.1', '::1', '169.254.169.254', '::ffff:127.0.0.1'])('a server at %s is refused unless it is allowed', (host) => {
  expect(() => servers({ ...own, host })).toThrow(/^host: .* address, and those are not called; add it to BACKEND_ALLOWED_HOSTS/);
  expect(servers({ ...own, host }, new AddressGuard([host]))).toMatchObject({ named: { host } });
});

test('a folder of Unix sockets is no server, whatever is allowed', () => {
  const settings = { ...own, host: '/var/run/postgresql' };
  expect(() => servers(settings, new AddressGuard(['0.0.0.0/0']))).toThrow('host: a path is not allowed');
});
