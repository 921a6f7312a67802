import { urlOf } from './url-of.js';

test.each([
  ['127.0.0.1', 'IPv4', 'http://127.0.0.1:3000'],
  ['0.0.0.0', 'IPv4', 'http://127.0.0.1:3000'],
  ['::', 'IPv6', 'http://[::1]:3000'],
  ['fd00::1', 'IPv6', 'http://[fd00::1]:3000'],
])('a gateway that listens on %s (%s) is found at %s', (address, family, url) => {
  expect(urlOf({ address, family, port: 3000 }, 'a.host.name')).toBe(url);
});
