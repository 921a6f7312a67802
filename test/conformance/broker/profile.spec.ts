import { parseProfile } from './profile.js';

test('nothing needs to be said', () => {
  expect(parseProfile('')).toMatchObject({ version: '2.17', plans: {}, wait: { answerSeconds: 60, slowSeconds: 2 } });
});

test('a part is a plan, or a plan with what is sent along', () => {
  const { plans } = parseProfile('plans: { sync: a/b, slowCreate: { plan: a/c, create: { size: 9 } } }');
  expect(plans).toEqual({ sync: { plan: 'a/b' }, slowCreate: { plan: 'a/c', create: { size: 9 } } });
});

test.each([
  ['a part nobody plays', 'plans: { villain: a/b }', 'plans.villain is unknown; there are any, anyBindable, sync,'],
  ['a plan without its service', 'plans: { sync: small }', 'plans.sync.plan: must be service/plan'],
  ['a part that is no plan', 'plans: { sync: 3 }', 'plans.sync.plan: must be service/plan'],
  ['a member of a part nobody knows', 'plans: { sync: { plan: a/b, creat: {} } }', 'plans.sync.creat is unknown; there are plan, create, update, bind, wrong'],
  ['a member nobody knows', 'plan: a/b', 'plan is unknown; there are version, oldestVersion, otherLogin, wait, plans'],
  ['a time nobody waits', 'wait: { answer: 60 }', 'wait.answer is unknown; there are answerSeconds, endSeconds, slowSeconds, pollSeconds'],
  ['a login without its password', 'otherLogin: { user: x, username: y }', 'otherLogin.user is unknown; there are username, password'],
  ['a version nobody wrote', "version: '3.0'", 'version: must be 2.13, 2.14, 2.15, 2.16, 2.17, in quotes'],
  ['a version that is a number', 'version: 2.17', 'version: must be 2.13, 2.14, 2.15, 2.16, 2.17, in quotes'],
  ['a list', '- a', 'as a whole: '],
  ['what is no YAML', 'plans: [ {', 'the profile is no YAML: '],
])('%s is told', (_what, text, message) => {
  expect(() => parseProfile(text)).toThrow(message);
});
