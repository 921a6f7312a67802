import { createSimulator, type SimulatorSettingsInput } from '#backends/simulator';
import { describeBackendContract, type ContractSubject } from '#sdk/testing';

function subject(settings: SimulatorSettingsInput, plans: { planId: string; asyncPlanId?: string }): ContractSubject {
  const backend = createSimulator({ asyncDurationMs: 20, slowDelayMs: 20, ...settings });
  const { inventory } = backend.ledger;
  return {
    backend,
    serviceId: 'simulator-service',
    ...plans,
    bindable: plans.planId !== 'simulator-not-bindable',
    checkCredentials: async (credentials) =>
      inventory
        .instances()
        .flatMap(({ bindings }) => bindings)
        .some((binding) => binding.status === 'ready' && binding.credentials === JSON.stringify(credentials)),
    close: async () => undefined,
  };
}

describeBackendContract('simulator', () => subject({}, { planId: 'simulator-sync', asyncPlanId: 'simulator-async' }));

describeBackendContract('simulator with bindings that finish later', () =>
  subject({}, { planId: 'simulator-async-bind' }),
);

describeBackendContract('simulator that answers late', () => subject({}, { planId: 'simulator-slow' }));

describeBackendContract('simulator with a plan that cannot be bound', () =>
  subject({}, { planId: 'simulator-not-bindable' }),
);

describeBackendContract('simulator with shared credentials and nothing to fetch', () =>
  subject(
    { capabilities: { sharedCredentials: true, fetchInstance: false, fetchBinding: false, parallelBindings: false } },
    { planId: 'simulator-sync' },
  ),
);
