import { AddressGuard } from './address-guard.js';

const nothingAllowed = new AddressGuard([]);

describe('addresses a backend must not have', () => {
  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['169.254.169.254', 'link-local'],
    ['169.254.170.2', 'link-local'],
    ['100.100.100.200', 'cloud metadata'],
    ['168.63.129.16', 'cloud metadata'],
    ['192.0.0.192', 'cloud metadata'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['::', 'unspecified'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['febf::1', 'link-local'],
    ['ff02::1', 'multicast'],
    ['fd00:ec2::254', 'cloud metadata'],
    ['fd00:ec2::23', 'cloud metadata'],
    ['fd00:0ec2:0:0:0:0:0:0254', 'cloud metadata'],
    ['fd20:ce::254', 'cloud metadata'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::FFFF:a9fe:a9fe', 'link-local'],
    ['::127.0.0.1', 'translated'],
    ['::ffff:0:127.0.0.1', 'loopback'],
    ['64:ff9b::169.254.169.254', 'link-local'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['64:ff9b:1::1', 'translated'],
    ['2002:7f00:1::', 'loopback'],
    ['2002:a9fe:a9fe::1', 'link-local'],
    ['2001:0:1::1', 'translated'],
    ['not an address', 'not an IP'],
    ['', 'not an IP'],
  ])('%s is refused as %s', (address, kind) => {
    expect(nothingAllowed.refusal('broker.example.com', address)).toContain(kind);
  });

  test.each([
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '128.0.0.1',
    '126.255.255.255',
    '169.253.255.255',
    '203.0.113.7',
    'fd12:3456:789a::1',
    '2606:4700::1111',
    '::ffff:10.0.0.1',
    '64:ff9b::10.0.0.1',
  ])('%s may be called', (address) => {
    expect(nothingAllowed.refusal('broker.example.com', address)).toBeUndefined();
  });
});

describe('a host written as an address', () => {
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://１２７.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://0/',
  ])('%s is refused before anything is looked up', (url) => {
    expect(nothingAllowed.refusalOfLiteral(new URL(url).hostname)).toContain('not called');
  });

  test('a name is left for the lookup', () => {
    expect(nothingAllowed.refusalOfLiteral('localhost')).toBeUndefined();
  });
});

describe('allowed hosts', () => {
  test.each([
    ['localhost', 'localhost', '127.0.0.1'],
    ['LOCALHOST', 'localhost.', '::1'],
    ['bücher.example', 'xn--bcher-kva.example', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', 'broker.internal', '127.0.0.1'],
    ['127.0.0.0/8', 'broker.internal', '127.9.9.9'],
    ['127.0.0.0/8', 'broker.internal', '::ffff:127.0.0.1'],
    ['::1', 'broker.internal', '::1'],
    ['[::1]', 'broker.internal', '::1'],
    ['fe80::/10', 'broker.internal', 'fe80::5'],
    ['0.0.0.0/0', 'broker.internal', '169.254.169.254'],
  ])('%s lets %s at %s through', (allowed, host, address) => {
    expect(new AddressGuard([allowed]).refusal(host, address)).toBeUndefined();
  });

  test.each([
    ['localhost', 'localhost.evil.example', '127.0.0.1'],
    ['localhost', 'evil.example', '127.0.0.1'],
    ['127.0.0.1', 'evil.example', '127.0.0.2'],
    ['127.0.0.1/32', 'evil.example', '169.254.169.254'],
    ['::1', 'evil.example', '127.0.0.1'],
  ])('%s does not let %s at %s through', (allowed, host, address) => {
    expect(new AddressGuard([allowed]).refusal(host, address)).toBeDefined();
  });

  test.each([
    '',
    ' ',
    'http://localhost',
    'localhost:8080',
    '*.internal',
    '127.1',
    '10.0.0.0/33',
    '10.0.0.0/x',
    'a/8',
    '::1/129',
  ])('"%s" is refused by name', (entry) => {
    expect(() => new AddressGuard([entry])).toThrow(`allowed host "${entry}" is neither`);
  });
});
