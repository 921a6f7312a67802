import { simulatedLives } from './simulated-lives.js';
import { simulatorInGateway } from './simulators.js';

describe('the simulator in the gateway', () => {
  simulatedLives(simulatorInGateway);
});
