import { ConfigurationError } from './configuration-error.js';
import { readEnvironment, type Variables } from './environment.js';
import { VARIABLES } from './variables.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const DATABASE = { DATABASE_URL: 'postgres://gateway:hidden@db:5432/gateway', SEALING_KEYS: `k1:${KEY}` };

function refusal(env: Variables): string {
  try {
    readEnvironment(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error('the environment was not refused');
}

describe('a gateway without configuration', () => {
  test('listens on loopback with an embedded database that brings itself up to date', () => {
    expect(readEnvironment({})).toEqual({
      port: 8080,
      host: '127.0.0.1',
      dataDir: '.data',
      migrate: 'auto',
      admin: { username: 'admin' },
      platform: { name: 'default', username: 'platform', kind: 'other' },
      logLevel: 'info',
      backendAllowedHosts: ['127.0.0.0/8', '::1', 'localhost'],
      trustProxy: [],
      drainSeconds: 0,
      gatewayUrl: 'http://127.0.0.1:8080',
    });
  });

  test('takes an empty variable for one that is not set', () => {
    const empty = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, '']));
    expect(readEnvironment(empty)).toEqual(readEnvironment({}));
  });

  test('seals with the keys it is given instead of making its own', () => {
    expect(readEnvironment({ SEALING_KEYS: `k1:${KEY}` }).sealingKeys).toBe(`k1:${KEY}`);
  });
});

describe('a gateway with a database of its own choice', () => {
  test('checks the schema instead of changing it, trusts no inner address, and lets load balancers notice that it stops', () => {
    expect(readEnvironment(DATABASE)).toMatchObject({
      databaseUrl: DATABASE.DATABASE_URL,
      sealingKeys: DATABASE.SEALING_KEYS,
      migrate: 'check',
      backendAllowedHosts: [],
      drainSeconds: 5,
    });
  });

  test('needs sealing keys', () => {
    expect(refusal({ DATABASE_URL: DATABASE.DATABASE_URL })).toBe(
      'SEALING_KEYS is missing, and DATABASE_URL needs it. ' +
        'Set it to id:key[,id:key…], each key 32 bytes in base64 (openssl rand -base64 32).',
    );
  });
});

test('every variable takes effect', () => {
  const everything = {
    ...DATABASE,
    PORT: '0',
    HOST: '0.0.0.0',
    DATA_DIR: '/var/lib/gateway',
    MIGRATE: 'auto',
    CONFIG_FILE: '/etc/gateway.yaml',
    ADMIN_USERNAME: 'root',
    ADMIN_PASSWORD: 'a:secret',
    PLATFORM_NAME: 'cf-eu',
    PLATFORM_USERNAME: 'cf',
    PLATFORM_PASSWORD: 'another',
    PLATFORM_KIND: 'cloudfoundry',
    LOG_LEVEL: 'debug',
    BACKEND_ALLOWED_HOSTS: 'db.internal, Broker.local,10.0.0.0/8,::1',
    TRUST_PROXY: '10.0.0.0/8, ::1',
    DRAIN_SECONDS: '20',
    GATEWAY_URL: 'https://broker.example',
  };
  expect(Object.keys(everything).toSorted()).toEqual(Object.keys(VARIABLES).toSorted());
  expect(readEnvironment(everything)).toEqual({
    port: 0,
    host: '0.0.0.0',
    databaseUrl: DATABASE.DATABASE_URL,
    dataDir: '/var/lib/gateway',
    migrate: 'auto',
    configFile: '/etc/gateway.yaml',
    admin: { username: 'root', password: 'a:secret' },
    platform: { name: 'cf-eu', username: 'cf', password: 'another', kind: 'cloudfoundry' },
    sealingKeys: DATABASE.SEALING_KEYS,
    logLevel: 'debug',
    backendAllowedHosts: ['db.internal', 'broker.local', '10.0.0.0/8', '::1'],
    trustProxy: ['10.0.0.0/8', '::1'],
    drainSeconds: 20,
    gatewayUrl: 'https://broker.example',
  });
});

test.each([
  [{ PORT: '9090' }, 'http://127.0.0.1:9090'],
  [{ HOST: '0.0.0.0' }, 'http://127.0.0.1:8080'],
  [{ HOST: '::1', PORT: '9090' }, 'http://[::1]:9090'],
])('commands beside a gateway with %j look for it at %s', (env, url) => {
  expect(readEnvironment(env).gatewayUrl).toBe(url);
});

describe('a wrong variable stops the start with one line', () => {
  test.each([
    ['PORT', '80a', 'PORT ("80a") is not a number. It must be a port number, 0 to 65535.'],
    ['PORT', '65536', 'PORT ("65536") is out of range. It must be a port number, 0 to 65535.'],
    ['PORT', '-1', 'is not a number'],
    ['DRAIN_SECONDS', '1.5', 'DRAIN_SECONDS ("1.5") is not such a number. It must be a whole number of seconds, 0 to 60.'],
    ['DRAIN_SECONDS', '61', 'is out of range'],
    ['TRUST_PROXY', '0', 'is out of range'],
    ['TRUST_PROXY', 'true', 'TRUST_PROXY ("true") entry 1 is not an address or network. It must be'],
    ['TRUST_PROXY', '10.0.0.1,10.0.0.0/33', 'entry 2 is not an address or network'],
    ['MIGRATE', 'yes', 'MIGRATE ("yes") is neither. It must be "auto" or "check".'],
    ['PLATFORM_KIND', 'cf', 'It must be "cloudfoundry", "korifi", "kubernetes", "crossplane" or "other".'],
    ['PLATFORM_NAME', 'CF EU', 'PLATFORM_NAME ("CF EU") is not such a name. It must be 1 to 63 lower-case letters'],
    ['LOG_LEVEL', 'INFO', 'LOG_LEVEL ("INFO") is none of them. It must be "fatal", "error"'],
    ['ADMIN_USERNAME', 'a:b', 'ADMIN_USERNAME ("a:b") has a colon, which HTTP Basic cannot carry.'],
    ['CONFIG_FILE', 'a\nb', String.raw`CONFIG_FILE ("a\nb") has control characters.`],
    ['GATEWAY_URL', 'localhost:8080', 'GATEWAY_URL ("localhost:8080") is not such an address.'],
    ['BACKEND_ALLOWED_HOSTS', 'ok.example,http://db', 'entry 2 is not a host, address or network.'],
    ['BACKEND_ALLOWED_HOSTS', '0x7f000001', 'entry 1 is not a host, address or network.'],
    ['BACKEND_ALLOWED_HOSTS', '256.1.1.1', 'entry 1 is not a host, address or network.'],
    ['BACKEND_ALLOWED_HOSTS', '*.example', 'entry 1 is not a host, address or network.'],
    ['BACKEND_ALLOWED_HOSTS', '10.0.0', 'entry 1 is not a host, address or network.'],
    ['BACKEND_ALLOWED_HOSTS', '10.0.0.0/33', 'entry 1 is not a host, address or network.'],
    ['BACKEND_ALLOWED_HOSTS', 'a,,b', 'entry 2 is not a host, address or network.'],
  ])('%s=%j', (name, value, message) => {
    expect(refusal({ [name]: value })).toContain(message);
    expect(refusal({ [name]: value })).not.toContain('\n');
  });
});

describe('a wrong secret is never shown', () => {
  const secret = 'do-not-show';
  test.each([
    ['DATABASE_URL', `mysql://u:${secret}@db/x`, 'DATABASE_URL is not such an address.'],
    ['DATABASE_URL', secret, 'DATABASE_URL is not such an address.'],
    ['ADMIN_PASSWORD', `${secret}\0`, 'ADMIN_PASSWORD has control characters.'],
    ['PLATFORM_PASSWORD', `${secret}\n`, 'PLATFORM_PASSWORD has control characters.'],
    ['SEALING_KEYS', secret, 'SEALING_KEYS entry 1 is not id:key.'],
    ['SEALING_KEYS', `a b${secret}:${KEY}`, 'SEALING_KEYS entry 1 has an id that is not'],
    ['SEALING_KEYS', `k1:${secret}`, 'SEALING_KEYS entry 1 ("k1") is not base64 behind the colon.'],
    ['SEALING_KEYS', `k1:${KEY},k2:AAAA`, 'SEALING_KEYS entry 2 ("k2") has 3 bytes, not 32.'],
    ['SEALING_KEYS', `k1:${KEY},k1:${KEY}`, 'SEALING_KEYS has an id twice.'],
    ['SEALING_KEYS', `k1:${KEY},`, 'SEALING_KEYS entry 2 is not id:key.'],
  ])('%s', (name, value, message) => {
    const line = refusal({ [name]: value });
    expect(line).toContain(message);
    expect(line).not.toContain(secret);
    expect(line).not.toContain(KEY);
  });
});
