import { BrokerError, type BrokerErrorCode } from '#sdk';
import { descriptionFor } from './words-for-old-clients.js';

const TEXTS: readonly (readonly [BrokerErrorCode, string])[] = [
  ['AsyncRequired', 'This service plan requires client support for asynchronous service operations.'],
  ['ConcurrencyError', 'The Service Broker does not support concurrent requests that mutate the same resource.'],
  ['RequiresApp', 'This service supports generation of credentials through binding an application only.'],
];

test.each(TEXTS)('%s is told to clients up to 2.14 in the words they know it by, and to others in ours', (code, known) => {
  const error = new BrokerError(code, 'in our words');
  for (const version of ['2.11', '2.13', '2.14', ' 2.14 ']) expect(descriptionFor(error, version)).toBe(known);
  for (const version of ['2.15', '2.17', '2.100', undefined, 'x', ['2.13']]) expect(descriptionFor(error, version)).toBe('in our words');
});

test('an error of another kind keeps its words, whoever asks', () => {
  expect(descriptionFor(new BrokerError('Conflict', 'it exists'), '2.13')).toBe('it exists');
  expect(descriptionFor(new BrokerError('BadRequest', 'odd', { word: 'AsyncRequired' }), '2.13')).toBe('odd');
});
