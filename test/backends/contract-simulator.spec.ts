import { createSimulator, type SimulatorSettingsInput } from '#backends/simulator';
import { contractCases, type ContractSubject } from '#sdk/testing';

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

describe.each<readonly [string, () => ContractSubject]>([
  ['simulator', () => subject({}, { planId: 'simulator-sync', asyncPlanId: 'simulator-async' })],
  ['simulator with bindings that finish later', () => subject({}, { planId: 'simulator-async-bind' })],
  ['simulator that answers late', () => subject({}, { planId: 'simulator-slow' })],
  ['simulator with a plan that cannot be bound', () => subject({}, { planId: 'simulator-not-bindable' })],
  [
    'simulator with shared credentials and nothing to fetch',
    () =>
      subject(
        { capabilities: { sharedCredentials: true, fetchInstance: false, fetchBinding: false, parallelBindings: false } },
        { planId: 'simulator-sync' },
      ),
  ],
])('%s keeps the backend contract', (_name, setup) => {
  test.each(contractCases(setup))('$name', ({ run }) => run());
});
