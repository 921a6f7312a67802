import { parseProfile } from './broker/profile.js';
import { failed, inapplicable, runAgainst } from './fixtures/outcomes.js';
import { startSpecBroker, type SpecBroker } from './fixtures/spec-broker.js';
import type { Run } from './runner/result.js';

const login = { username: 'platform', password: 'secret' };
let broker: SpecBroker;
let run: Run;

beforeAll(async () => {
  broker = await startSpecBroker(login);
  run = await runAgainst({ url: broker.url, login, profile: parseProfile('') });
}, 120_000);
afterAll(() => broker.close());

test('a broker written from the specification alone keeps every row', () => {
  expect(failed(run)).toEqual({});
});

test('the rows that mean nothing', () => {
  expect(inapplicable(run)).toEqual([]);
});
