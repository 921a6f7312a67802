import { describeBackendContract, type ContractSubject } from '#sdk/testing';
import { as, postgresqlSubject, SERVICE_ID, SMALL, type Credentials } from './postgresql-fixture.js';

describeBackendContract('postgresql', (): ContractSubject => {
  const { backend } = postgresqlSubject();
  return {
    backend,
    serviceId: SERVICE_ID,
    planId: SMALL,
    bindable: true,
    checkCredentials: (credentials) =>
      as(credentials as unknown as Credentials, 'SELECT 1').then(
        () => true,
        () => false,
      ),
    close: async () => backend.close?.(),
  };
});
