import { createSimulator, startBroker } from '#backends/simulator';
import { type ContractSubject, describeBackendContract } from '#sdk/testing';
import { osbAt } from './osb-fixture.js';

const credentials = { username: 'gateway', password: 'pässwörd:1' };

/** A simulated broker on a real socket, reached through the osb backend; it speaks up to `apiVersion`. */
async function subjectOf(planId: string, apiVersion: string): Promise<ContractSubject> {
  const simulator = createSimulator({ asyncDurationMs: 50, slowDelayMs: 50 });
  const broker = await startBroker({ backend: simulator, apiVersion, ...credentials });
  const { backend } = osbAt(broker.url, { ...credentials, apiVersion });
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
    close: async () => {
      await backend.close?.();
      await broker.close();
    },
  };
}

describeBackendContract('a broker behind osb', () => subjectOf('simulator-sync', '2.17'));

describeBackendContract('a broker of 2.14 that binds in its own time behind osb', () =>
  subjectOf('simulator-async-bind', '2.14'),
);

describeBackendContract('a slow broker of 2.11 behind osb', () => subjectOf('simulator-slow', '2.11'));
