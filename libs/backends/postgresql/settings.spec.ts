import { z } from 'zod';
import { postgresqlSettings } from './settings.js';

const own = { host: 'db', username: 'admin', password: 'pw' };
const plan = { id: 'p-1', name: 'one', description: 'One', connectionLimit: 5 };

describe('settings that cannot work are refused, and the message tells the way out', () => {
  test.each([
    ['a server without a login', { host: 'db' }, '"host" needs "username" and "password"'],
    ['a login without a server', { username: 'x', password: 'y' }, 'set "host" too'],
    ['an authority nobody asks', { ...own, ssl: 'require', caCertificate: 'PEM' }, '"verify-ca" or "verify-full" only'],
    ['a check of public authorities alone', { ...own, ssl: 'verify-ca' }, '"verify-ca" needs a "caCertificate"'],
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

test('the published schema marks the password as a secret and knows every setting', () => {
  const schema = z.toJSONSchema(postgresqlSettings, { io: 'input' });
  expect(schema.properties?.['password']).toMatchObject({ writeOnly: true, format: 'password' });
  expect(schema.required ?? []).toEqual([]);
  expect(schema.properties).toMatchObject({ embeddedServer: { readOnly: true }, recordServer: { readOnly: true } });
});
