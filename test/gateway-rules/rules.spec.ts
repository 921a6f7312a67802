import { goldenPart, refreshWith } from '../architecture/golden.js';
import { cellOf } from '../architecture/marks.js';
import { ELSEWHERE, LEFT_OUT } from './elsewhere.js';
import { heldRules, RULE_COUNT, strayRules } from './rules.js';

const numbers = Array.from({ length: RULE_COUNT }, (_none, index) => index + 1);

test('every rule is held by a test, or left out with a reason', async () => {
  const held = new Set((await heldRules()).map(({ number }) => number));
  expect(numbers.filter((number) => !held.has(number) && !LEFT_OUT.has(number))).toEqual([]);
  expect([...LEFT_OUT.keys()].filter((number) => held.has(number))).toEqual([]);
});

test('what is said to be shown elsewhere is there', async () => {
  expect(await strayRules()).toEqual([]);
  expect(ELSEWHERE.map(([rule]) => rule).filter((rule) => rule > RULE_COUNT)).toEqual([]);
});

test('the reference tells what is', async () => {
  const held = await heldRules();
  const rows = numbers.map((rule) => {
    const tests = held.filter(({ number }) => number === rule).map(cellOf);
    return `| G${rule} | ${LEFT_OUT.get(rule) ?? tests.join('<br>')} |`;
  });
  const table = ['| | what the gateway does |', '|---|---|', ...rows, ''].join('\n');
  const documented = await goldenPart('docs/reference/gateway-rules.md', 'rules', table);
  expect(documented === table || refreshWith('test/gateway-rules/rules')).toBe(true);
});
