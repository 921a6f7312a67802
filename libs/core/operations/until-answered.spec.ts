import { untilAnswered } from './until-answered.js';

const inAMinute = new Date(Date.now() + 60_000);

test('a request looks again until there is an answer', async () => {
  const answers = [undefined, undefined, 'there', 'too late'];
  expect(await untilAnswered({ deadline: inAMinute }, async () => answers.shift())).toBe('there');
});

test('it does not for longer than its caller waits', async () => {
  const asked = untilAnswered({ deadline: new Date(0) }, async () => undefined);
  await expect(asked).rejects.toMatchObject({ code: 'ConcurrencyError' });
});

test('what is refused is not asked again', async () => {
  const refused = new Error('no');
  await expect(untilAnswered({ deadline: inAMinute }, () => Promise.reject(refused))).rejects.toBe(refused);
});
