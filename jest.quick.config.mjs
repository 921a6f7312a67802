import everything from './jest.config.mjs';

/** Every test but those of the slow suites, each of which has a slice here: `npm test`. */
export default { ...everything, testPathIgnorePatterns: ['\\.slow\\.spec\\.ts$'] };
