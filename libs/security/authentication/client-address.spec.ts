import { clientAddress } from './client-address.js';

test('an IPv4 address is a client, also in its IPv6 spelling', () => {
  expect(clientAddress('203.0.113.1')).toBe('203.0.113.1');
  expect(clientAddress('::ffff:203.0.113.1')).toBe(clientAddress('0:0:0:0:0:FFFF:cb00:7101'));
  expect(clientAddress('::ffff:203.0.113.1')).not.toBe(clientAddress('::ffff:203.0.113.2'));
});

test('all IPv6 addresses of a /64 network are one client, and those of another are not', () => {
  const client = clientAddress('2001:db8:1:2::1');
  for (const same of ['2001:DB8:1:2:ffff:1:2:3', '2001:0db8:0001:0002::', '2001:db8:1:2::1%eth0']) {
    expect(clientAddress(same)).toBe(client);
  }
  for (const other of ['2001:db8:1:3::1', '2001:db8::1:2', '::1', '1::']) expect(clientAddress(other)).not.toBe(client);
});

test('texts that are no address are one client, however many and long they are', () => {
  for (const text of ['', 'unknown', 'proxy-7', '1.2.3', 'x'.repeat(60_000)]) expect(clientAddress(text)).toBe('unknown');
});
