import { entityTag, requiredVersion } from './entity-tag.js';

test.each([undefined, '*', '"1", *'])('If-Match %s allows any version', (ifMatch) => {
  expect(requiredVersion(ifMatch, 7)).toBeUndefined();
});

test.each(['"7"', '"6", "7"', '"7","8"'])('If-Match %s allows version 7', (ifMatch) => {
  expect(requiredVersion(ifMatch, 7)).toBe(7);
  expect(ifMatch).toContain(entityTag(7));
});

test.each(['', '7', '"8"', 'W/"7"', '"77"'])('If-Match %s does not allow version 7', (ifMatch) => {
  expect(() => requiredVersion(ifMatch, 7)).toThrow(expect.objectContaining({ code: 'PreconditionFailed' }));
});
