import { readOriginatingIdentity } from './originating-identity.js';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

test.each([
  `cloudfoundry ${encode({ user_id: 'u' })}`,
  `kubernetes ${encode({ username: 'u', uid: '1', groups: ['a'], extra: { x: ['y'] } })}`,
  'acme e30=',
  'acme e30',
])('an identity such as %p is kept as sent', (header) => {
  expect(readOriginatingIdentity(header)).toBe(header);
});

test.each([undefined, '', 'cloudfoundry', ' e30=', 'acme !!!', `acme ${encode('text')}`, `acme ${encode([1])}`, ['a e30=', 'b e30=']])(
  'a malformed identity such as %p is ignored',
  (header) => {
    expect(readOriginatingIdentity(header)).toBeUndefined();
  },
);
