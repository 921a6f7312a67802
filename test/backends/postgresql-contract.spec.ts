import { contractCases, type ContractSubject } from '#sdk/testing';
import { as, postgresqlSubject, SERVICE_ID, SMALL, testServer, type Credentials } from './postgresql-fixture.js';

const login = (credentials: Record<string, unknown>): Credentials => credentials as unknown as Credentials;

function subject(): ContractSubject {
  const { backend, environment } = postgresqlSubject();
  return {
    backend,
    environment,
    serviceId: SERVICE_ID,
    planId: SMALL,
    bindable: true,
    checkCredentials: (credentials) =>
      as(login(credentials), 'SELECT 1').then(
        () => true,
        () => false,
      ),
    data: {
      async write(credentials, text) {
        await as(login(credentials), 'CREATE TABLE IF NOT EXISTS kept (text text)', 'DELETE FROM kept', `INSERT INTO kept VALUES ('${text}')`);
      },
      async read(credentials) {
        const [found] = await as(login(credentials), "SELECT to_regclass('kept') IS NOT NULL AS is_there");
        if (found?.['is_there'] !== true) return undefined;
        const [row] = await as(login(credentials), 'SELECT text FROM kept');
        return row && String(row['text']);
      },
    },
    secrets: [testServer().password],
    close: async () => undefined,
  };
}

describe('postgresql keeps the backend contract', () => {
  test.each(contractCases(subject))('$name', ({ run }) => run());
});
