import { descriptionCleaner } from './description.js';

const clean = descriptionCleaner('broker.internal.example:8443');

describe("a broker's description on its way to end users", () => {
  test.each([
    ['stays as it is', 'plan "small" is sold out (see https://docs.example.com/plans)'],
    ['keeps letters of any script', 'Größe nicht verfügbar — 容量 🚫'],
    ['may hold angle brackets', 'use <name> with a < b'],
  ])('%s', (_what, text) => {
    expect(clean(text)).toBe(text);
  });

  test.each([
    ['a URL of the broker', 'GET https://broker.internal.example:8443/v2/x?y failed', 'GET (backend) failed'],
    ['a URL with other letters', 'see HTTPS://BROKER.internal.EXAMPLE/x', 'see (backend)'],
    ['its name', 'dial broker.internal.example: refused', 'dial (backend) refused'],
    ['its name with hidden marks inside', 'dial bro\u200eker.internal.ex\ufeffample: refused', 'dial (backend) refused'],
    ['its name with a port', 'dial broker.internal.example:8443 failed', 'dial (backend) failed'],
    ['line breaks and control characters', 'a\r\nb\u0000c\u001b[31md\u009be', 'a b c [31md e'],
    ['marks that turn the reading direction', 'a\u202eb\u2066c', 'a b c'],
    ['blanks at the ends', '  full  ', 'full'],
  ])('loses %s', (_what, text, cleaned) => {
    expect(clean(text)).toBe(cleaned);
  });

  test.each([
    ['HTML', '<html><body>Internal error at node7</body></html>'],
    ['an HTML fragment', 'oops <a href="x">here</a>'],
    ['nothing but blanks', ' \n\t '],
    ['an empty text', ''],
    ['a number', 42],
    ['an object', { message: 'x' }],
    ['null', null],
    ['nothing', undefined],
  ])('is dropped when it is %s', (_what, description) => {
    expect(clean(description)).toBeUndefined();
  });

  test('is cut to 8 KiB and never within a character', () => {
    const cut = clean(`a${'🚫'.repeat(5_000)}`) ?? '';
    expect(Buffer.byteLength(cut)).toBe(8_189);
    expect(cut.isWellFormed()).toBe(true);
  });

  test('a broker with a one-word name does not lose that word from its sentences', () => {
    const cleanOfBroker = descriptionCleaner('broker:8080');
    expect(cleanOfBroker('the broker is full')).toBe('the broker is full');
    expect(cleanOfBroker('broker:8080 and http://broker/x are down')).toBe('(backend) and (backend) are down');
  });
});
