import { parseProfile } from './profile.js';

test('nothing needs to be said', () => {
  expect(parseProfile('')).toMatchObject({ version: '2.17', plans: {}, wait: { answerSeconds: 60, slowSeconds: 2 } });
});

test('a part is a plan, or a plan with what is sent along', () => {
  const { plans } = parseProfile('plans: { sync: a/b, slowCreate: { plan: a/c, create: { size: 9 } } }');
  expect(plans).toEqual({ sync: { plan: 'a/b' }, slowCreate: { plan: 'a/c', create: { size: 9 } } });
});

test.each([
  ['a part nobody plays', 'plans: { villain: a/b }', 'villain'],
  ['a plan without its service', 'plans: { sync: small }', 'service/plan'],
  ['a member nobody knows', 'plan: a/b', 'plan'],
  ['a version nobody wrote', "version: '3.0'", 'version'],
])('%s is told', (_what, text, message) => {
  expect(() => parseProfile(text)).toThrow(message);
});
