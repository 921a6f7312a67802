import { simulatedLives } from './simulated-lives.js';
import { SimulatorUnderTest } from './simulators.js';

describe('the simulator in the gateway', () => simulatedLives(SimulatorUnderTest.inGateway));
