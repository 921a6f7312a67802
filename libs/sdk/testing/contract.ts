import type { ContractCase, ContractSubject } from './contract-case.js';
import { bindingCases } from './cases/bindings.js';
import { identifierCases } from './cases/identifiers.js';
import { instanceCases } from './cases/instances.js';

/** The whole contract, case by case. */
export const contractCases: readonly ContractCase[] = [...instanceCases, ...bindingCases, ...identifierCases];

/**
 * The suite every backend passes. `setup` runs once, before the first case; each case makes instances of its own and
 * clears them away. A case about something the subject does not have passes. A backend whose calls take seconds raises
 * `jest.setTimeout` in its own file.
 */
export function describeBackendContract(name: string, setup: () => ContractSubject | Promise<ContractSubject>): void {
  describe(`${name} keeps the backend contract`, () => {
    let subject: ContractSubject | undefined;
    const subjectReady = (): ContractSubject => {
      if (subject === undefined) throw new Error(`the contract subject of ${name} was not set up`);
      return subject;
    };
    beforeAll(async () => {
      subject = await setup();
    });
    afterAll(() => subject?.close());

    test.each(contractCases)('$name', (contractCase) => contractCase.run(subjectReady()));
  });
}
