import { simulatedLives } from './simulated-lives.js';
import { simulatorAsBroker } from './simulators.js';

describe('a remote broker behind the gateway', () => {
  simulatedLives(simulatorAsBroker);
});
