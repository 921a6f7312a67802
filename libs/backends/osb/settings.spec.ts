import { z } from 'zod';
import { osbSettings } from './settings.js';

const good = { url: 'https://broker.example.com', username: 'u', password: 'p' };

function problems(settings: unknown): string[] {
  const { error } = osbSettings.safeParse(settings);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('settings of an OSB backend', () => {
  test('need no more than an address and credentials', () => {
    expect(osbSettings.parse(good)).toEqual({
      ...good,
      apiVersion: '2.17',
      connectTimeoutMs: 5_000,
      maxConnections: 32,
      maxAnswerBytes: 8_388_608,
      notFoundIsGone: false,
      deprovisionRevokesBindings: false,
    });
  });

  const oauth2 = { tokenUrl: 'https://uaa.example.com/oauth/token?zone=a', clientId: 'gateway', clientSecret: 's' };

  test.each([
    ['a bearer token', { bearerToken: 'abc.DEF-1_2~3+/==' }],
    ['OAuth 2.0 client credentials', { oauth2 }],
    ['nothing, for brokers that ask for nothing', {}],
  ])('take %s instead of a password', (_what, settings) => {
    expect(problems({ url: good.url, ...settings })).toEqual([]);
  });

  test.each([
    [{ ...good, oauth2 }, 'oauth2: give either username and password, or bearerToken, or oauth2'],
    [{ url: good.url, oauth2: { ...oauth2, tokenUrl: '/token' } }, 'oauth2.tokenUrl: must be an absolute URL such as https://broker.example.com'],
    [{ url: good.url, oauth2: { ...oauth2, tokenUrl: 'http://h/token' } }, 'oauth2.tokenUrl: must begin with https://: the client secret is sent there'],
    [{ url: good.url, clientKey: 'k' }, 'clientCertificate: is missing: it goes with clientKey'],
  ])('tell what does not fit together: %j', (settings, problem) => {
    expect(problems(settings)).toEqual([problem]);
  });

  test.each(['http://broker:8080', 'https://h/prefix', 'https://h/prefix/', 'http://10.0.0.1', 'http://[fd00::1]:80/'])(
    'accept the url %s',
    (url) => {
      expect(problems({ ...good, url })).toEqual([]);
    },
  );

  test.each([
    ['broker.example.com', 'must be an absolute URL such as https://broker.example.com'],
    ['', 'must be an absolute URL such as https://broker.example.com'],
    ['ftp://h', 'must begin with http:// or https://'],
    ['file:///etc/passwd', 'must begin with http:// or https://'],
    ['https://u:p@h', 'must not contain credentials; give them as settings of their own'],
    ['https://h/?a=b', 'must not contain a query'],
    ['https://h/?', 'must not contain a query'],
    ['https://h/#a', 'must not contain a fragment'],
    ['https://h/a b', 'must not contain blanks'],
    ['https://h\n/', 'must not contain blanks'],
  ])('refuse the url "%s"', (url, message) => {
    expect(problems({ ...good, url })).toEqual([`url: ${message}`]);
  });

  test.each([
    [{ url: good.url, username: 'u' }, 'password: is missing: it goes with username'],
    [{ url: good.url, password: 'p' }, 'username: is missing: it goes with password'],
    [{ ...good, bearerToken: 't' }, 'bearerToken: give either username and password or bearerToken, not both'],
    [{ url: good.url, bearerToken: 'a\r\nb' }, 'bearerToken: must consist of letters, digits and -._~+/ (RFC 6750)'],
    [{ ...good, username: 'a:b' }, 'username: must not contain a colon: Basic authentication ends the user name there'],
    [
      { ...good, caCertificate: 'x' },
      'caCertificate: must hold at least one PEM certificate (-----BEGIN CERTIFICATE-----)',
    ],
    [
      { ...good, caCertificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
      'caCertificate: certificate 1 cannot be read',
    ],
  ])('tell what is wrong with the credentials: %j', (settings, problem) => {
    expect(problems(settings)).toEqual([problem]);
  });

  test.each([{ apiVersion: '2.10' }, { apiVersion: 2.17 }, { timeoutMs: 0 }, { maxConnections: 1.5 }, { typo: true }])(
    'refuse %j',
    (extra) => {
      expect(problems({ ...good, ...extra })).toHaveLength(1);
    },
  );

  test('are published as JSON schema with the secrets marked', () => {
    const { properties = {} } = z.toJSONSchema(osbSettings, { io: 'input' });
    const secrets = Object.entries(properties).filter(([, schema]) => typeof schema === 'object' && schema.writeOnly);
    expect(secrets.map(([name]) => name)).toEqual(['password', 'bearerToken', 'clientKey']);
    expect(Object.values(properties).every((schema) => typeof schema === 'object' && schema.description)).toBe(true);
  });
});
