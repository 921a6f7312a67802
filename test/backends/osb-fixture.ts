import { osbBackend } from '#backends/osb';
import { AddressGuard, BrokerError, type ServiceBackend } from '#sdk';
import { testBindingCall, testCall, type TestEnvironment, testEnvironment } from '#sdk/testing';

export const instance = { instanceId: 'i-1', serviceId: 's-1', planId: 'p-1' };
export const binding = { ...instance, bindingId: 'b-1' };
export const provision = { ...instance, organizationGuid: 'org-1', spaceGuid: 'space-1' };
export const update = { ...instance, planId: 'p-2', previousPlanId: 'p-1' };

/** A catalog whose only offering can do everything, or what is said instead. */
export const catalogWith = (flags: Record<string, unknown> = {}): object => ({
  services: [{ id: 's-1', name: 'db', instances_retrievable: true, bindings_retrievable: true, ...flags }],
});

export interface OsbUnderTest {
  readonly backend: ServiceBackend;
  readonly log: TestEnvironment['lines'];
  readonly environment: TestEnvironment;
}

/** The backend as an operator would set it up, with the stub's address allowed. */
export function osbAt(
  url: string,
  settings: Record<string, unknown> = {},
  addresses = new AddressGuard(['127.0.0.1']),
): OsbUnderTest {
  const environment = testEnvironment('stub', addresses);
  const parsed = osbBackend.settings.parse({ url, username: 'gateway', password: 'pässwörd:1', ...settings });
  return { backend: osbBackend.create(parsed, environment), log: environment.lines, environment };
}

/** Every verb but the polls, called with the plainest request. */
export const verbs = {
  provision: (backend: ServiceBackend) => backend.provision(provision, testCall()),
  update: (backend: ServiceBackend) => backend.update(update, testCall()),
  deprovision: (backend: ServiceBackend) => backend.deprovision(instance, testCall()),
  bind: (backend: ServiceBackend) => backend.bind(binding, testBindingCall()),
  unbind: (backend: ServiceBackend) => backend.unbind(binding, testBindingCall()),
  fetchInstance: (backend: ServiceBackend) => backend.fetchInstance(instance, testCall()),
  fetchBinding: (backend: ServiceBackend) => backend.fetchBinding(binding, testBindingCall()),
};

export type VerbName = keyof typeof verbs;

/** What the promise is rejected with; fails when it is not. */
export async function thrownBy(promise: Promise<unknown>): Promise<Error> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Error)) throw new Error('nothing was thrown');
  return thrown;
}

/** The same for an error with a known meaning. */
export async function refusalOf(promise: Promise<unknown>): Promise<BrokerError> {
  const thrown = await thrownBy(promise);
  if (!(thrown instanceof BrokerError)) throw new Error(`an outcome without a meaning: ${thrown.message}`);
  return thrown;
}
