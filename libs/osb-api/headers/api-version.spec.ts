import { BrokerError } from '#sdk';
import { readApiVersion } from './api-version.js';

describe('the version header', () => {
  test.each(['2.11', '2.13', '2.17', '2.99', '2.100', ' 2.17 '])('%p is served', (header) => {
    expect(readApiVersion(header).major).toBe(2);
  });

  test.each([
    [undefined, 400],
    ['', 400],
    ['  ', 400],
    ['abc', 400],
    ['2', 400],
    ['2.x', 400],
    ['v2.17', 400],
    ['-1.2', 400],
    ['2.17, 2.15', 400],
    ['2.9', 412],
    ['1.11', 412],
    ['3.0', 412],
  ])('%p is answered with %d', (header, status) => {
    expect(() => readApiVersion(header)).toThrow(BrokerError);
    try {
      readApiVersion(header);
    } catch (error) {
      expect((error as BrokerError).status).toBe(status);
    }
  });
});
