import { AREAS } from './areas.js';
import { REGISTER } from './register.js';
import { LEVELS } from './specification.js';
import { sourceTexts } from '../architecture/tree.js';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

test('the register has 458 rows in 26 areas, without a gap', () => {
  expect(REGISTER).toHaveLength(26);
  expect(REGISTER.map(({ first }) => first)).toEqual([1, ...REGISTER.slice(0, -1).map(({ last }) => last + 1)]);
  expect(REGISTER.at(-1)?.last).toBe(458);
  for (const { first, last, levels } of REGISTER) expect(sum(Object.values(levels))).toBe(last - first + 1);
});

test('the register has as many rows of each level as the table it was read from', () => {
  const totals = LEVELS.map((level) => [level, sum(REGISTER.map(({ levels }) => levels[level]))]);
  expect(Object.fromEntries(totals)).toEqual({ MUST: 153, 'MUST NOT': 20, 'MUST*': 127, SHOULD: 45, MAY: 41, OPEN: 72 });
});

test('the areas are those of the register, in its order', () => {
  expect(AREAS.map(({ code }) => code)).toEqual(REGISTER.map(({ code }) => code));
});

test.each(AREAS.map((area) => [area.code, area] as const))('%s has every row of the register, at its level', (code, { rows }) => {
  const registered = REGISTER.find((each) => each.code === code);
  const { first = 0, last = -1 } = registered ?? {};
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: last - first + 1 }, (_none, index) => first + index));
  const levels = LEVELS.map((level) => [level, rows.filter((row) => row.level === level).length]);
  expect(Object.fromEntries(levels)).toEqual(registered?.levels);
});

test('a row is told as a sentence about the broker: no capital, no full stop', () => {
  const titles = AREAS.flatMap(({ rows }) => rows.map(({ title }) => title));
  expect(titles.filter((title) => !/^[a-z][^\n]{9,}[^.\s]$/.test(title))).toEqual([]);
  expect(new Set(titles).size).toBe(titles.length);
});

test('the suite shares no code with the gateway', async () => {
  const own = [...(await sourceTexts())].filter(([path]) => /^test\/conformance\/(?!fixtures\/)(?!.*\.spec\.ts$)/.test(path));
  const imports = own.flatMap(([path, text]) =>
    [...text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'/gm)].map(([, from = '']) => ({ path, from })),
  );
  const foreign = imports.filter(({ from }) => !/^(node:|yaml$|zod$|ajv|undici$|\.)/.test(from) || /^\.\..*\/(support|e2e|backends|libs|apps)\//.test(from));
  expect(imports.length).toBeGreaterThan(20);
  expect(foreign).toEqual([]);
});
