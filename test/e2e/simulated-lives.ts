import { TestGateway } from '../support/gateway.js';
import { Journey } from './journey.js';
import type { SimulatorUnderTest, StartSimulator } from './simulators.js';

const PARAMETERS = {
  provisionParameters: { size: 1 },
  updateParameters: { size: [2], more: null },
  bindParameters: { for: 'ümläut' },
};

const PLATFORMS = [
  ['2.17', 'accepts incomplete operations', true],
  ['2.17', 'waits', false],
  ['2.13', 'accepts incomplete operations', true],
  ['2.13', 'waits', false],
] as const;

/** Whole lives through every plan of a simulator that succeeds in the end, for old and new platforms. */
export function simulatedLives(start: StartSimulator): void {
  let gateway: TestGateway;
  let simulator: SimulatorUnderTest;
  beforeAll(async () => {
    gateway = await TestGateway.start();
    simulator = await start(gateway, 'simulator');
  });
  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
  });

  describe.each(['sync', 'async', 'slow', 'async-bind'])('an instance of plan %s lives its whole life', (planName) => {
    test.each(PLATFORMS)('for a platform of version %s that %s', async (version, _how, acceptsIncomplete) => {
      const plan = simulator.plan(planName);
      const journey = new Journey(gateway.osb(undefined, version), { plan, acceptsIncomplete, asyncBindings: version === '2.17', ...PARAMETERS });
      await journey.whole();
      const once = ['provision', 'update', 'bind', 'unbind', 'deprovision'];
      expect(simulator.verbs(journey.instanceId)).toEqual([...once, ...once.filter((verb) => verb !== 'update')]);
      expect(simulator.exists(journey.instanceId)).toBe(false);
    });
  });
}
