import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from './credentials.js';
import { clientConfig } from './server.js';
import { serverOfUrl } from './server-of-url.js';

let folder: string;
let authority: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'server-of-url-'));
  authority = join(folder, 'root.crt');
  await writeFile(authority, 'PEM');
});
afterAll(() => rm(folder, { recursive: true }));

const url = (query = ''): string => `postgres://us%20er:p%40ss@db.example.com:6000/record?${query.replaceAll('FILE', authority)}`;
const login = { database: 'osb_1', username: 'u', password: 'p' };

test('everything but the database is taken from the URL', () => {
  const server = serverOfUrl(url('options=-c%20work_mem%3D8MB&application_name=mine'));
  expect(server).toMatchObject({ host: 'db.example.com', port: 6000, user: 'us er', password: 'p@ss' });
  expect(clientConfig(server, 'osb_1')).toMatchObject({
    host: 'db.example.com',
    user: 'us er',
    password: 'p@ss',
    database: 'osb_1',
    options: '-c work_mem=8MB',
    application_name: 'mine',
  });
  expect(clientConfig(server).database).toBe('postgres');
});

test('host and port may stand in the query, as for the driver', () => {
  expect(serverOfUrl('postgres:///record?host=db2&port=6001&user=u')).toMatchObject({ host: 'db2', port: 6001, user: 'u' });
});

test.each([
  ['nothing of TLS', '', 'disable', undefined],
  ['sslmode=disable', 'sslmode=disable', 'disable', undefined],
  ['sslmode=no-verify', 'sslmode=no-verify', 'require', undefined],
  ['sslmode=verify-full', 'sslmode=verify-full', 'verify-full', undefined],
  ['a certificate authority', 'sslmode=verify-full&sslrootcert=FILE', 'verify-full', 'PEM'],
  ['libpq and sslmode=require', 'uselibpqcompat=true&sslmode=require', 'require', undefined],
  ['libpq and sslmode=verify-ca', 'uselibpqcompat=true&sslmode=verify-ca&sslrootcert=FILE', 'verify-ca', 'PEM'],
  ['ssl=true', 'ssl=true', 'verify-full', undefined],
] as const)('with %s applications check as much as the gateway does', (_what, query, sslmode, ca) => {
  const server = serverOfUrl(url(query));
  const given = credentials(server, login);
  expect([given.sslmode, given.ca_certificate]).toEqual([sslmode, ca]);
  expect(given.uri).toContain(`sslmode=${sslmode}`);
  const { ssl } = clientConfig(server);
  expect(ssl === undefined || ssl === false).toBe(sslmode === 'disable');
});

test('a client certificate goes along', () => {
  const { ssl } = clientConfig(serverOfUrl(url('sslmode=verify-full&sslcert=FILE&sslkey=FILE')));
  expect(ssl).toMatchObject({ cert: 'PEM', key: 'PEM' });
});

test('a file that is not there is told without the URL', () => {
  const read = (): unknown => serverOfUrl(url('sslmode=verify-full&sslrootcert=/nowhere/p%40ss'));
  expect(read).toThrow('cannot be used (ENOENT)');
  expect(read).not.toThrow('p@ss');
});
