import { UnknownOutcome } from '#sdk';
import { describeThrown } from './thrown.js';

test('what a backend says for the operator is kept word for word', () => {
  class Lost extends UnknownOutcome {}
  expect(describeThrown(new Lost('the exchange broke off (ECONNRESET)'))).toBe('the exchange broke off (ECONNRESET)');
});

test('of any other error only kind, code and place are told', () => {
  const error = Object.assign(new TypeError('hunter2'), { code: 'ECONNRESET' });
  expect(describeThrown(error)).toMatch(/^TypeError \(ECONNRESET\) at thrown\.spec\.ts:\d+:\d+$/);
});

test.each([
  ['a message that looks like a stack', () => new Error('x\n    at hunter2.js:1:1\n    at f (hunter2:1:1)')],
  ['a message that was changed', () => Object.assign(new Error('a'), { message: 'hunter2' })],
  ['a secret for a code', () => Object.assign(new Error('a'), { code: 'hunter2' })],
  ['a secret for a name', () => Object.assign(new Error('a'), { name: 'hunter2' })],
  ['a stack that is no text', () => Object.assign(new Error('a'), { stack: undefined })],
  ['a text', () => 'hunter2'],
  ['nothing', () => undefined],
])('%s gives no secret away', (_what, thrown) => {
  expect(describeThrown(thrown())).not.toContain('hunter2');
});
