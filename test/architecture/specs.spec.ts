import { sourceTexts } from './tree.js';

/** `test.only(`, `it.skip(`, `describe.only.each(`, `xtest(`, `test.todo(` and what else leaves a test out. */
const LEFT_OUT = /\b(test|it|describe)(\.\w+)*\.(only|skip|todo|failing)\b|\b[fx](test|it|describe)[(.]/;

const PLANTED_IN = ['test/architecture/specs.spec.ts', 'test/architecture/lint.spec.ts'];

test('no test is left out, and none keeps the others out', async () => {
  const tests = [...(await sourceTexts())].filter(([path]) => /\.spec\.ts$|^test\/|\/testing\//.test(path));
  const leavingOut = tests.filter(([path, text]) => !PLANTED_IN.includes(path) && LEFT_OUT.test(text));
  expect(tests.length).toBeGreaterThan(0);
  expect(leavingOut.map(([path]) => path)).toEqual([]);
});

test('every slow suite has a slice beside it that runs with `npm test`', async () => {
  const specs = [...(await sourceTexts()).keys()].filter((path) => path.endsWith('.spec.ts'));
  const slow = specs.filter((path) => path.endsWith('.slow.spec.ts'));
  expect(slow.length).toBeGreaterThan(0);
  expect(slow.filter((path) => !specs.includes(path.replace('.slow.', '.')))).toEqual([]);
});

test.each([
  ["test.only('x', run)", true],
  ['describe.skip.each([1])', true],
  ['test.concurrent.only(run)', true],
  ["xit('x', run)", true],
  ["fdescribe('x', run)", true],
  ["test.todo('x')", true],
  ["test('x', run)", false],
  ['query.skip(20).take(10)', false],
  ["describe.each([1])('x', run)", false],
  ['exit(1)', false],
  ['does not fit (yet)', false],
])('%s leaves a test out: %s', (text, expected) => {
  expect(LEFT_OUT.test(text)).toBe(expected);
});
