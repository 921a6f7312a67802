import { databaseComment, isMadeBy, OLD_COMMENT_START, withoutInstanceId } from './database-comment.js';

// As release 0.1.0 wrote it for operation "op-1".
const digest = databaseComment('op-1').slice(-26);
const old = `OSB service instance "it's \\"\\u00fc\\", made by operation x", made by operation ${digest}`;

test('the comment holds no id, and another one for each operation', () => {
  expect(databaseComment('op-1')).toMatch(/^OSB service instance, made by operation [0-9a-v]{26}$/);
  expect(databaseComment('op-1')).not.toBe(databaseComment('op-2'));
  expect(databaseComment('op-1').startsWith(OLD_COMMENT_START)).toBe(false);
});

test('a comment of 0.1.0 loses the instance id and still proves which operation made the database', () => {
  expect(old.startsWith(OLD_COMMENT_START)).toBe(true);
  expect(withoutInstanceId(old)).toBe(databaseComment('op-1'));
  for (const comment of [old, databaseComment('op-1')]) {
    expect(isMadeBy(comment, 'op-1')).toBe(true);
    expect(isMadeBy(comment, 'op-2')).toBe(false);
    expect(isMadeBy(comment, undefined)).toBe(false);
  }
});
