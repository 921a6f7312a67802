import { simulatedLives } from './simulated-lives.js';
import { SimulatorUnderTest } from './simulators.js';

describe('a remote broker behind the gateway', () => simulatedLives(SimulatorUnderTest.asBroker));
