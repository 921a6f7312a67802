import fc from 'fast-check';
import { MAX_BASIC_HEADER_LENGTH, parseBasicHeader } from './basic-header.js';

const encode = (text: string | Buffer): string => Buffer.from(text as string).toString('base64');
const basic = (text: string | Buffer): string => `Basic ${encode(text)}`;

describe('an Authorization header that is read', () => {
  test.each([
    ['a plain one', basic('cf:secret'), 'cf', 'secret'],
    ['a password with colons', basic('cf:a:b::c'), 'cf', 'a:b::c'],
    ['a password that begins with a colon', basic('cf::secret'), 'cf', ':secret'],
    ['umlauts and an emoji in UTF-8', basic('käthe:pässwörd🔑'), 'käthe', 'pässwörd🔑'],
    ['a password typed with combining marks', basic('cf:pa\u0308ss'), 'cf', 'päss'],
    ['blanks in the password', basic('cf: a b '), 'cf', ' a b '],
    ['the scheme in small letters', `basic ${encode('cf:secret')}`, 'cf', 'secret'],
    ['two blanks behind the scheme', `Basic  ${encode('cf:secret')}`, 'cf', 'secret'],
  ])('%s', (_what, header, username, password) => {
    expect(parseBasicHeader(header)).toEqual({ username, password });
  });

  test('any username without a colon and any password come back', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((part) => !/\p{Cc}/u.test(part));
    fc.assert(
      fc.property(text, text, (name, password) => {
        const username = name.replaceAll(':', '-');
        const read = parseBasicHeader(basic(`${username}:${password}`));
        expect(read).toEqual({ username, password: password.normalize('NFC') });
      }),
    );
  });
});

describe('an Authorization header that is refused', () => {
  test.each([
    ['none', undefined],
    ['an empty one', ''],
    ['the scheme alone', 'Basic'],
    ['another scheme', `Bearer ${encode('cf:secret')}`],
    ['a scheme that ends in Basic', `NotBasic ${encode('cf:secret')}`],
    ['no base64', 'Basic !!!'],
    ['base64 with something behind it', `${basic('cf:secret')} x`],
    ['base64 without its padding', basic('cf:secre').replace(/=+$/, '')],
    ['base64 with loose last bits', 'Basic Y2Y6c2VjcmV='],
    ['base64 for URLs', `Basic ${Buffer.from('cf:>>>???').toString('base64url')}`],
    ['no colon', basic('cfsecret')],
    ['an empty username', basic(':secret')],
    ['an empty password', basic('cf:')],
    ['a NUL in the username', basic('cf\0:secret')],
    ['a line break in the password', basic('cf:secret\r\n')],
    ['Latin-1 instead of UTF-8', basic(Buffer.from('cf:pässwörd', 'latin1'))],
    ['one without end', basic(`cf:${'x'.repeat(MAX_BASIC_HEADER_LENGTH)}`)],
  ])('%s', (_what, header) => {
    expect(parseBasicHeader(header)).toBeUndefined();
  });
});
