import { playAway } from './away.js';

test('without Postgres the catalog and logins go on, the log stays quiet, and everything is back with it', async () => {
  const { wrong, asked, logLines } = await playAway({ rounds: 100, pauseMs: 0 });
  expect(asked).toBe(700);
  expect(wrong).toEqual({});
  const messages = logLines.map((line) => JSON.parse(line).msg as string);
  expect(messages.filter((message) => message.startsWith('the database is away'))).toHaveLength(1);
  expect(messages.filter((message) => message === 'the database is back')).toHaveLength(1);
  expect(messages.length).toBeLessThan(6);
});
