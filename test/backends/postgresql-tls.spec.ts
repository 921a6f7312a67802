import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { PostgresqlServer } from '#backends/postgresql';
import { AddressGuard } from '#sdk';
import { selfSigned } from '../support/self-signed.js';
import { Instance, postgresqlAt, postgresqlSubject, postgresqlWith, testServer } from './postgresql-fixture.js';

const certificate = selfSigned('postgres.example.com');
const sockets = new Set<Socket>();
let front: Server;
let port: number;
let handshakes = 0;

beforeAll(async () => {
  front = createServer(speakTls);
  await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening));
  ({ port } = front.address() as AddressInfo);
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  front.close();
});

/** TLS as a PostgreSQL server speaks it, in front of the test server: an SSLRequest, an "S", then the handshake. */
function speakTls(socket: Socket): void {
  keep(socket).once('data', () => {
    socket.write('S');
    handshakes += 1;
    const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(certificate) });
    const plain = keep(connect(testServer()));
    keep(secure).pipe(plain).pipe(secure);
    secure.on('close', () => plain.destroy());
  });
}

function keep<S extends Socket>(socket: S): S {
  sockets.add(socket);
  socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  return socket;
}

async function tryCatalog(server: Partial<PostgresqlServer>): Promise<unknown> {
  const { backend } = postgresqlSubject({ host: '127.0.0.1', port, ...server });
  try {
    return await backend.catalog({ signal: AbortSignal.timeout(60_000) });
  } finally {
    await backend.close?.();
  }
}

test('"require" encrypts and takes any certificate', async () => {
  expect(await tryCatalog({ ssl: 'require' })).toHaveProperty('services');
});

test('"verify-full" takes a certificate of the given authority, for this address', async () => {
  expect(await tryCatalog({ ssl: 'verify-full', caCertificate: certificate.cert })).toHaveProperty('services');
});

test('"verify-full" refuses a certificate of any other authority', async () => {
  const { cert } = selfSigned('postgres.example.com');
  await expect(tryCatalog({ ssl: 'verify-full', caCertificate: cert })).rejects.toThrow('self-signed certificate');
  await expect(tryCatalog({ ssl: 'verify-full' })).rejects.toThrow('self-signed certificate');
});

test('"verify-full" refuses a certificate for another name', async () => {
  const localhost = tryCatalog({ host: 'localhost', ssl: 'verify-full', caCertificate: certificate.cert });
  await expect(localhost).rejects.toThrow("does not match certificate's altnames");
});

test('databases of an instance are entered by TLS too', async () => {
  const server = { host: '127.0.0.1', port, ssl: 'verify-full', caCertificate: certificate.cert } as const;
  const { backend } = postgresqlSubject(server);
  const instance = new Instance();
  await instance.provision(backend);
  expect(await instance.bind(backend)).toMatchObject({ sslmode: 'verify-full', ca_certificate: certificate.cert });
  await instance.deprovision(backend);
  await backend.close?.();
});

test('a host whose address is checked at each connection is held to its certificate by name', async () => {
  const addresses = new AddressGuard(['127.0.0.1'], async () => ['127.0.0.1']);
  const catalogAt = async (host: string): Promise<unknown> => {
    const { backend } = postgresqlAt(host, addresses, { port, ssl: 'verify-full', caCertificate: certificate.cert });
    try {
      return await backend.catalog({ signal: AbortSignal.timeout(60_000) });
    } finally {
      await backend.close?.();
    }
  };
  expect(await catalogAt('postgres.example.com')).toHaveProperty('services');
  await expect(catalogAt('other.example.com')).rejects.toThrow("does not match certificate's altnames");
});

test('instances on the server of the record are reached as DATABASE_URL says, and applications check as much', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'postgresql-tls-'));
  const authority = join(folder, 'root.crt');
  await writeFile(authority, certificate.cert);
  const instance = new Instance();
  const { backend: release01 } = postgresqlSubject();
  await instance.provision(release01);
  await release01.close?.();

  const record = new URL(process.env['TEST_POSTGRES_URL'] ?? '');
  const url = Object.assign(record, { port: String(port), search: `sslmode=verify-full&sslrootcert=${authority}` }).href;
  const { backend } = postgresqlWith({ recordServer: { url } });
  const before = handshakes;
  expect(await instance.bind(backend)).toMatchObject({ port, sslmode: 'verify-full', ca_certificate: certificate.cert });
  await instance.deprovision(backend);
  expect(handshakes).toBeGreaterThan(before);
  await backend.close?.();
  await rm(folder, { recursive: true });
});
