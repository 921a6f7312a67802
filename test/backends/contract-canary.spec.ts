import { createSimulator, type Simulator } from '#backends/simulator';
import { BrokerError, done, type ServiceBackend } from '#sdk';
import { contractCases, type ContractSubject } from '#sdk/testing';

type Broken = (good: Simulator) => Partial<ServiceBackend>;

/** A simulator that keeps the contract but for what is broken in it. */
function subject(broken: Broken, more: Partial<ContractSubject> = {}): ContractSubject {
  const good = createSimulator({ asyncDurationMs: 10 });
  const backend: ServiceBackend = {
    capabilities: good.capabilities,
    catalog: (call) => good.catalog(call),
    provision: (request, call) => good.provision(request, call),
    update: (request, call) => good.update(request, call),
    deprovision: (request, call) => good.deprovision(request, call),
    fetchInstance: (request, call) => good.fetchInstance(request, call),
    lastInstanceOperation: (request, call) => good.lastInstanceOperation(request, call),
    bind: (request, call) => good.bind(request, call),
    unbind: (request, call) => good.unbind(request, call),
    fetchBinding: (request, call) => good.fetchBinding(request, call),
    lastBindingOperation: (request, call) => good.lastBindingOperation(request, call),
    ...broken(good),
  };
  return {
    backend,
    serviceId: 'simulator-service',
    planId: 'simulator-sync',
    asyncPlanId: 'simulator-async',
    bindable: true,
    close: async () => undefined,
    ...more,
  };
}

function contractCase(start: string): (typeof contractCases)[number] {
  const found = contractCases.filter(({ name }) => name.startsWith(start));
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} cases start with "${start}"`);
  return found[0];
}

const rewritten =
  (rewrite: (id: string) => string): Broken =>
  (good) => ({
    provision: (request, call) => good.provision({ ...request, instanceId: rewrite(request.instanceId) }, call),
    deprovision: (request, call) => good.deprovision({ ...request, instanceId: rewrite(request.instanceId) }, call),
    bind: (request, call) => good.bind({ ...request, bindingId: rewrite(request.bindingId) }, call),
  });

const withoutOperationId = <C extends { operationId?: string }>({
  operationId: _none,
  ...call
}: C): Omit<C, 'operationId'> => call;

const violations: ReadonlyArray<readonly [violation: string, broken: Broken, caseName: string]> = [
  ['offers another plan', () => ({ catalog: async () => ({ services: [] }) }), 'the catalog is an object'],
  [
    'says "done" to a delete of what does not exist',
    (good) => ({ deprovision: (request, call) => good.deprovision(request, call).catch(() => done(undefined)) }),
    'an instance is provisioned and deprovisioned',
  ],
  [
    'throws plain errors',
    (good) => ({
      deprovision: (request, call) =>
        good.deprovision(request, call).catch(() => {
          throw new Error('no such instance');
        }),
    }),
    'an instance that does not exist is Gone',
  ],
  [
    'shows its address in a refusal',
    () => ({
      update: async () => {
        throw new BrokerError('BadRequest', 'POST https://10.0.0.1/admin failed');
      },
    }),
    'an update comes to an end',
  ],
  [
    'ignores the operation id of a provision',
    (good) => ({ provision: (request, call) => good.provision(request, withoutOperationId(call)) }),
    'a provision sent again',
  ],
  [
    'ignores the operation id of a bind',
    (good) => ({ bind: (request, call) => good.bind(request, withoutOperationId(call)) }),
    'a bind sent again',
  ],
  [
    'never accepts',
    (good) => ({
      provision: (request, call) => good.provision({ ...request, planId: 'simulator-sync' }, call),
    }),
    'a plan that finishes later accepts',
  ],
  [
    'forgets how an operation ended',
    (good) => {
      const told = new Set<string | undefined>();
      return {
        lastInstanceOperation: async (request, call) => {
          const state = await good.lastInstanceOperation(request, call);
          if (state.kind === 'succeeded' && told.has(request.pollToken)) return { kind: 'gone' };
          if (state.kind === 'succeeded') told.add(request.pollToken);
          return state;
        },
      };
    },
    'a plan that finishes later accepts',
  ],
  [
    'hangs when its signal has fired',
    (good) => ({
      provision: (request, call) =>
        call.signal.aborted ? new Promise(() => undefined) : good.provision(request, call),
    }),
    'a call whose deadline has passed',
  ],
  [
    'gives one password to all',
    () => ({ bind: async () => done({ credentials: { raw: '{"password":"x"}', value: { password: 'x' } } }) }),
    'two bindings have credentials of their own',
  ],
  [
    'gives credentials that are no object',
    () => ({ bind: async () => done({ credentials: { raw: '"x"', value: 'x' } }) }),
    'a bind gives a credentials object',
  ],
  [
    'gives credentials whose text says something else',
    () => ({ bind: async () => done({ credentials: { raw: '{"a":1}', value: { a: 2 } } }) }),
    'a bind gives a credentials object',
  ],
  [
    'accepts binds whose credentials it could never tell',
    (good) => ({
      capabilities: { ...good.capabilities, fetchBinding: false },
      bind: (request, call) => good.bind({ ...request, planId: 'simulator-async-bind' }, call),
    }),
    'a bind is finished later only where',
  ],
  ['ignores case', rewritten((id) => id.toLowerCase()), 'two instances whose ids differ only in case'],
  ['cuts ids off', rewritten((id) => id.slice(0, 255)), 'two instances whose ids differ only in the last of 1,024'],
  ['trims ids', rewritten((id) => id.trim()), 'two instances whose ids differ only in a space at the end'],
  ['cleans ids up', rewritten((id) => id.replaceAll(/\W/g, '_')), 'two instances whose ids differ only in a dash'],
  ['normalises ids', rewritten((id) => id.normalize('NFC')), 'two instances whose ids differ only in how an umlaut'],
  ['decodes ids once more', rewritten(decodeURIComponent), 'two instances whose ids differ only in percent-encoding'],
  ['decodes ids once more, and breaks on others', rewritten(decodeURIComponent), 'ids with percent signs'],
];

describe('the backend contract finds a backend out that', () => {
  test.each(violations)('%s', async (_violation, broken, caseName) => {
    const found = contractCase(caseName);
    await found.run(subject(() => ({})));
    await expect(found.run(subject(broken))).rejects.toBeInstanceOf(Error);
  });

  test.each(['an unbind revokes its own credentials', 'a bind sent again', 'the id of a removed binding'])(
    'does not revoke credentials (%s)',
    async (caseName) => {
      await expect(
        contractCase(caseName).run(subject(() => ({}), { checkCredentials: async () => true })),
      ).rejects.toBeInstanceOf(Error);
    },
  );

  test('gives credentials that do not work', async () => {
    const broken = subject(() => ({}), { checkCredentials: async () => false });
    await expect(contractCase('a bind gives a credentials object').run(broken)).rejects.toBeInstanceOf(Error);
  });
});
