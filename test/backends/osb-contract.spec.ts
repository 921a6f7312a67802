import { createSimulator, startBroker } from '#backends/simulator';
import { contractCases, type ContractSubject } from '#sdk/testing';
import { osbAt } from './osb-fixture.js';

const credentials = { username: 'gateway', password: 'pässwörd:1' };

/** A simulated broker on a real socket, reached through the osb backend; it speaks up to `apiVersion`. */
async function subjectOf(planId: string, apiVersion: string): Promise<ContractSubject> {
  const simulator = createSimulator({ asyncDurationMs: 50, slowDelayMs: 50 });
  const broker = await startBroker({ backend: simulator, apiVersion, ...credentials });
  const { backend, environment } = osbAt(broker.url, { ...credentials, apiVersion });
  return {
    backend,
    serviceId: 'simulator-service',
    planId,
    asyncPlanId: 'simulator-async',
    bindable: true,
    checkCredentials: async (given) =>
      simulator.ledger.inventory
        .instances()
        .flatMap(({ bindings }) => bindings)
        .some(({ status, credentials: kept }) => status === 'ready' && kept === JSON.stringify(given)),
    secrets: [credentials.password],
    environment,
    close: () => broker.close(),
  };
}

describe.each([
  ['a broker behind osb', 'simulator-sync', '2.17'],
  ['a broker of 2.14 that binds in its own time behind osb', 'simulator-async-bind', '2.14'],
  ['a slow broker of 2.11 behind osb', 'simulator-slow', '2.11'],
])('%s keeps the backend contract', (_name, planId, apiVersion) => {
  test.each(contractCases(() => subjectOf(planId, apiVersion)))('$name', ({ run }) => run());
});
