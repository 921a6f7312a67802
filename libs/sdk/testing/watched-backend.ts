import { BrokerError, type ServiceBackend } from '#sdk';
import type { ContractSubject } from './contract-subject.js';

/** The same backend; what its verbs throw is noted, and it is closed once however often that is asked for. */
export function watched(backend: ServiceBackend, thrown: unknown[]): ServiceBackend {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= backend.close?.() ?? Promise.resolve());
  return new Proxy(backend, {
    get(target, name) {
      if (name === 'close') return close;
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        const returned: unknown = Reflect.apply(member, target, given);
        Promise.resolve(returned).catch((error: unknown) => thrown.push(error));
        return returned;
      };
    },
  });
}

/** Where a secret of the subject's settings stands that people read; undefined when nowhere. */
export function secretIn({ secrets = [], environment }: ContractSubject, thrown: readonly unknown[]): string | undefined {
  const holdsSecret = (text: string): boolean => secrets.some((secret) => text.includes(secret));
  const descriptions = thrown.filter((error) => error instanceof BrokerError).map(({ description }) => description);
  if (descriptions.some(holdsSecret)) return 'the description of an error';
  return environment && holdsSecret(JSON.stringify(environment.lines)) ? 'its log' : undefined;
}
