import type { Area } from '../row.js';

/**
 * The rows of some areas or numbers: `PRV,BND`, `221`, `146-150`, or nothing for all of them.
 * @throws Error for what names no row
 */
export function chosen(areas: readonly Area[], only = ''): Area[] {
  const words = only.split(',').map((word) => word.trim()).filter((word) => word !== '');
  if (words.length === 0) return [...areas];
  const tests = words.map((word) => testOf(word, areas));
  return areas
    .map(({ code, rows }) => ({ code, rows: rows.filter(({ number }) => tests.some((test) => test(code, number))) }))
    .filter(({ rows }) => rows.length > 0);
}

type Test = (code: string, number: number) => boolean;

function testOf(word: string, areas: readonly Area[]): Test {
  const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
  const test: Test =
    from === undefined
      ? (code) => code === word.toUpperCase()
      : (_code, number) => number >= Number(from) && number <= Number(to ?? from);
  if (areas.some(({ code, rows }) => rows.some(({ number }) => test(code, number)))) return test;
  throw new Error(`no row is called ${word}; there are ${areas.filter(({ rows }) => rows.length > 0).map(({ code }) => code).join(', ')} and numbers as in --list`);
}
