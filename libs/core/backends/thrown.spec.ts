import { BrokerError, HostRefusedError, UnknownOutcome } from '#sdk';
import { describeThrown, isRefusal, wordsOf } from './thrown.js';

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

test('of what was thrown with a cause, all is told to operators, a few causes deep', () => {
  const endless: Error = new Error('round');
  endless.cause = endless;
  expect(wordsOf(new BrokerError('BackendFailed', 'no', {}, { cause: new RangeError('too far') }))).toMatch(/^no \| caused by RangeError at \S+: too far$/);
  expect(wordsOf(endless).split('caused by')).toHaveLength(4);
  expect(wordsOf('only a text')).toBe('only a text');
  expect(wordsOf(Object.assign(new Error('a'), { message: 7 }))).toMatch(/without a message$/);
});

describe('a plugin with a copy of the SDK of its own', () => {
  let other: typeof import('#sdk');

  beforeAll(async () => {
    (import.meta as unknown as { jest: typeof jest }).jest.resetModules();
    other = await import('#sdk');
  });

  test('says what happened, and what operators should know', () => {
    expect(other.BrokerError).not.toBe(BrokerError);
    expect(isRefusal(new other.BrokerError('Conflict', 'There is one already.'))).toBe(true);
    expect(describeThrown(new other.UnknownOutcome('the line was cut'))).toBe('the line was cut');
    expect(new other.HostRefusedError('no')).toBeInstanceOf(HostRefusedError);
  });

  test('is no other kind of error for it', () => {
    class Own extends BrokerError {}
    expect(new other.BrokerError('Conflict', 'no')).not.toBeInstanceOf(Own);
    expect(new Own('Conflict', 'no')).toBeInstanceOf(other.BrokerError);
    expect(new other.UnknownOutcome('no')).not.toBeInstanceOf(BrokerError);
    expect([undefined, null, 'BrokerError', {}, new Error('no')].filter((each) => each instanceof BrokerError)).toEqual([]);
  });

  test('a refusal of a kind the gateway does not know says nothing of what happened', () => {
    expect(isRefusal(Object.assign(new other.BrokerError('Conflict', 'no'), { code: 'Later' }))).toBe(false);
    expect(isRefusal(Object.assign(new other.BrokerError('Conflict', 'no'), { description: 7 }))).toBe(false);
  });
});
