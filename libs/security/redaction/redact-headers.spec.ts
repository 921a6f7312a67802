import { originatingUser, redactHeaders } from './redact-headers.js';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

describe('headers in the log', () => {
  test('show only what is known to be harmless', () => {
    const shown = redactHeaders({
      authorization: 'Basic c2VjcmV0',
      Cookie: 'session=secret',
      'set-cookie': ['a=secret', 'b=secret'],
      'x-api-key': 'secret',
      'proxy-authorization': 'secret',
      'x-broker-api-version': '2.17',
      'content-length': 12,
      absent: undefined,
    });
    expect(shown).toMatchObject({ 'x-broker-api-version': '2.17', 'content-length': '12', 'x-api-key': '[redacted]' });
    expect(Object.keys(shown)).not.toContain('absent');
    expect(JSON.stringify(shown)).not.toMatch(/secret|c2Vj/);
  });

  test('are cut and freed of control characters', () => {
    expect(redactHeaders({ 'user-agent': `x\u001b[31m${'y'.repeat(1000)}` })['user-agent']).toMatch(/^x\[31my+…$/);
  });
});

describe('the originating identity in the log', () => {
  test.each([
    ['Cloud Foundry', `cloudfoundry ${encode({ user_id: 'u-1', email: 'a@b.c' })}`, 'cloudfoundry u-1'],
    ['Kubernetes', `kubernetes ${encode({ username: 'duke', uid: 'c2', groups: ['admin'] })}`, 'kubernetes c2'],
    ['another platform', `acme ${encode({})}`, 'acme [no user id]'],
    ['no base64', 'cloudfoundry !!!', '[malformed]'],
    ['a JSON array', `cloudfoundry ${encode(['u-1'])}`, '[malformed]'],
    ['one word', 'cloudfoundry', '[malformed]'],
  ])('of %s is the user id', (_what, header, shown) => {
    expect(originatingUser(header)).toBe(shown);
    expect(redactHeaders({ 'X-Broker-API-Originating-Identity': header })).toEqual({
      'X-Broker-API-Originating-Identity': shown,
    });
  });
});
