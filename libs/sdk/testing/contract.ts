import { bindingPromises } from './cases/bindings.js';
import { connectionPromises } from './cases/connections.js';
import { dataPromises } from './cases/data.js';
import { identifierPromises } from './cases/identifiers.js';
import { instancePromises } from './cases/instances.js';
import { textOf, type ContractPromise } from './contract-promise.js';
import type { ContractSubject } from './contract-subject.js';
import { ContractViolation } from './contract-violation.js';
import { secretIn, watched } from './watched-backend.js';

/** One promise of the contract, to be tried in any test runner. */
export interface ContractCase {
  readonly name: string;
  /**
   * Sets a subject up, tries the promise and closes the subject. Takes up to a minute where a backend is slow.
   *
   * @throws ContractViolation when the promise is broken; what `setup` or the subject's `close` threw as it is
   */
  readonly run: () => Promise<void>;
}

const PROMISES: readonly ContractPromise[] = [
  ...instancePromises,
  ...bindingPromises,
  ...dataPromises,
  ...identifierPromises,
  ...connectionPromises,
];

/**
 * The suite every backend passes: `for (const { name, run } of contractCases(setup)) test(name, run)`. Each case sets up a
 * subject of its own and makes its own instances. A case about something the subject does not have passes.
 *
 * @param setup makes a backend as the gateway would; servers that take long to start are better started once, outside
 */
export function contractCases(setup: () => ContractSubject | Promise<ContractSubject>): readonly ContractCase[] {
  return PROMISES.map(({ name, keep }) => ({
    name,
    run: async () => {
      const given = await setup();
      const thrown: unknown[] = [];
      const subject = { ...given, backend: watched(given.backend, thrown) };
      try {
        await tried(name, keep, subject, thrown);
      } finally {
        await subject.backend.close?.();
        await given.close();
      }
    },
  }));
}

async function tried(name: string, keep: ContractPromise['keep'], subject: ContractSubject, thrown: readonly unknown[]): Promise<void> {
  try {
    await keep(subject);
  } catch (error) {
    throw new ContractViolation(name, textOf(error), { cause: error });
  }
  const place = secretIn(subject, thrown);
  if (place !== undefined) throw new ContractViolation(name, `a secret of its settings is in ${place}`);
}
