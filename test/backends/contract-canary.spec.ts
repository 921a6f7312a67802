import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createSimulator, type Simulator } from '#backends/simulator';
import { BrokerError, done, toRawJson, type ServiceBackend } from '#sdk';
import { contractCases, ContractViolation, testEnvironment, type ContractCase, type ContractSubject, type TestEnvironment } from '#sdk/testing';

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

function contractCase(start: string, setup: () => ContractSubject): ContractCase {
  const found = contractCases(setup).filter(({ name }) => name.startsWith(start));
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

/** Fails unless this case holds for a good backend, and names its promise for this one. */
async function expectFound(caseName: string, setup: () => ContractSubject): Promise<void> {
  await contractCase(caseName, () => subject(() => ({}))).run();
  const broken = contractCase(caseName, setup);
  const error: unknown = await broken.run().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ContractViolation);
  expect(error).toMatchObject({ promise: broken.name, message: expect.stringContaining(broken.name) });
}

describe('the backend contract finds a backend out that', () => {
  test.each(violations)('%s', (_violation, broken, caseName) => expectFound(caseName, () => subject(broken)));

  test.each(['an unbind revokes its own credentials', 'a bind sent again', 'the id of a removed binding'])(
    'does not revoke credentials (%s)',
    (caseName) => expectFound(caseName, () => subject(() => ({}), { checkCredentials: async () => true })),
  );

  test('gives credentials that do not work', () =>
    expectFound('a bind gives a credentials object', () => subject(() => ({}), { checkCredentials: async () => false })));

  test.each([
    ['has one place for all instances', () => 'place', 'what is kept in one instance'],
    ['keeps data after a delete', ({ instance }: Kept) => instance, 'a new instance finds nothing'],
  ])('%s', (_what, placeOf, caseName) => expectFound(caseName, () => keeping(placeOf)));

  test('says that a deprovision revokes bindings, which live on', () =>
    expectFound('a deprovision revokes what bindings are left', () =>
      subject((good) => ({ capabilities: { ...good.capabilities, deprovisionRevokesBindings: true } }), { checkCredentials: async () => true }),
    ));

  test('gives data that is there to whoever provisions again', () =>
    expectFound('a provision with another operation id', () =>
      keeping(
        ({ instance }) => instance,
        (good) => ({ provision: (request, call) => good.provision(request, call).catch(() => done({})) }),
      ),
    ));

  test('leaves connections open', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sockets: Socket[] = [];
    const connected: Broken = (good) => ({
      async provision(request, call) {
        const socket = connect(port, '127.0.0.1');
        sockets.push(socket);
        await once(socket, 'connect');
        return good.provision(request, call);
      },
    });
    try {
      await expectFound('close gives up every connection', () => subject(connected));
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });

  test.each<readonly [string, (environment: TestEnvironment) => Partial<ServiceBackend>]>([
    ['tells a secret in an error', () => ({ update: () => Promise.reject(new BrokerError('BadRequest', 'no login for hunter2')) })],
    [
      'tells a secret in its log',
      ({ log }) => ({
        update: () => {
          log.warn('no login', { password: 'hunter2' });
          return Promise.reject(new BrokerError('BadRequest', 'no'));
        },
      }),
    ],
  ])('%s', (_what, broken) =>
    expectFound('an update comes to an end', () => {
      const environment = testEnvironment();
      return subject(() => broken(environment), { environment, secrets: ['hunter2'] });
    }));
});

/** What is known of where a binding keeps its data. */
interface Kept {
  readonly instance: string;
}

/** A simulator whose users keep data in the place that the credentials name. */
function keeping(placeOf: (kept: Kept) => string, more: Broken = () => ({})): ContractSubject {
  const places = new Map<string, string>();
  const bind: Broken = (good) => ({
    ...more(good),
    async bind(request, call) {
      await good.bind(request, call);
      return done({ credentials: toRawJson({ place: placeOf({ instance: request.instanceId }) }) });
    },
  });
  return subject(bind, {
    data: {
      write: async ({ place }, text) => void places.set(String(place), text),
      read: async ({ place }) => places.get(String(place)),
    },
  });
}
