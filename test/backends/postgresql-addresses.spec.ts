import { randomUUID } from 'node:crypto';
import { AddressGuard, type ResolveHost, type ServiceBackend } from '#sdk';
import { Instance, postgresqlAt, testServer } from './postgresql-fixture.js';

const opened: ServiceBackend[] = [];
const open: typeof postgresqlAt = (...setup) => {
  const subject = postgresqlAt(...setup);
  opened.push(subject.backend);
  return subject;
};
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close?.();
});

const catalogOf = (backend: ServiceBackend): Promise<unknown> => backend.catalog({ signal: AbortSignal.timeout(60_000) });
const resolving = (allowed: readonly string[], resolve: ResolveHost): AddressGuard => new AddressGuard(allowed, resolve);
const toServer: ResolveHost = async () => [testServer().host];

test.each(['127.0.0.1', '::1', '169.254.169.254', '0.0.0.0'])('%s is refused when the backend is set up', (host) => {
  expect(() => postgresqlAt(host, new AddressGuard([]))).toThrow(`host: ${host} is`);
});

test('a folder of Unix sockets is refused when the backend is set up', () => {
  expect(() => postgresqlAt('/tmp', new AddressGuard(['0.0.0.0/0']))).toThrow('host: a path is not allowed');
});

test.each(['localhost', '127.1', '2130706433', '0x7f000001'])('%s is refused by what it resolves to', async (host) => {
  const { backend } = open(host, new AddressGuard([]));
  await expect(catalogOf(backend)).rejects.toThrow(/resolves to .*, a loopback address, and those are not called/);
});

test.each([
  ['its name', ['db.example.com']],
  ['its address', ['127.0.0.1']],
  ['its network', ['127.0.0.0/8']],
])('a name that resolves to loopback is connected to when %s is allowed', async (_what, allowed) => {
  const { backend } = open('db.example.com', resolving(allowed, toServer));
  expect(await catalogOf(backend)).toHaveProperty('services');
});

test('an address that is allowed is connected to', async () => {
  const { backend } = open(testServer().host, new AddressGuard([testServer().host]));
  expect(await catalogOf(backend)).toHaveProperty('services');
});

test('every connection resolves the name again, those into the databases of instances too', async () => {
  // 1. The first connection is allowed, that of the administrator; 2. the next one, into the new database, is not.
  const addresses = [testServer().host, '169.254.169.254'];
  const resolve: ResolveHost = async () => [addresses.shift() ?? testServer().host];
  const { backend, environment } = open('rebind.example', resolving([testServer().host], resolve));
  const [instance, operationId] = [new Instance(), randomUUID()];
  const refused = await instance.provision(backend, operationId).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Error);
  expect(String(refused)).not.toMatch(/rebind|169\.254/);
  const reason: unknown = expect.stringContaining('rebind.example resolves to 169.254.169.254');
  expect(environment.lines).toContainEqual(expect.objectContaining({ fields: { reason } }));
  // 3. It points back: the provision is completed when it is repeated.
  await instance.provision(backend, operationId);
  await instance.deprovision(backend);
});

test('a name nobody knows reaches the caller as a code, never as a name', async () => {
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND db.secret-site.example'), { code: 'ENOTFOUND' });
  const { backend } = open('db.secret-site.example', resolving([], () => Promise.reject(unknown)));
  const refused = await new Instance().provision(backend).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'Unavailable', description: expect.stringContaining('(ENOTFOUND)') });
  expect(String(refused)).not.toContain('secret-site');
});
