import { SchemaVerdicts } from './schema-verdicts.js';

let nowMs = 0;
const verdicts = (): SchemaVerdicts => new SchemaVerdicts(() => nowMs);
const both = (problem: string) => ({ problems: [problem], cloudFoundryProblems: [problem] });
const SLOW = both('takes too long to read or to apply');
const WRONG = { problems: ['is wrong'], cloudFoundryProblems: [] };

test('what was found out about a schema holds for every backend that publishes it', () => {
  const known = verdicts();
  expect(known.find('a', 'schema')).toBeUndefined();
  expect(known.keep('a', 'schema', WRONG)).toEqual(WRONG);
  expect(known.find('b', 'schema')).toEqual(WRONG);
});

test('a schema that was too slow is not tried again with every catalog, but after ten minutes', () => {
  const known = verdicts();
  expect(known.keep('a', 'slow', 'too slow')).toEqual(SLOW);
  expect(known.find('a', 'slow')).toEqual(SLOW);
  nowMs += 600_000;
  expect(known.find('a', 'slow')).toBeUndefined();
});

test('a backend with ten slow schemas does not have a thread for an eleventh; other backends do', () => {
  const known = verdicts();
  for (let i = 0; i < 10; i += 1) known.keep('a', `slow ${i}`, 'too slow');
  expect(known.find('a', 'another')).toEqual(both('was not read: too many other schemas of this backend take too long'));
  expect(known.find('b', 'another')).toBeUndefined();
  nowMs += 600_000;
  expect(known.find('a', 'another')).toBeUndefined();
});
