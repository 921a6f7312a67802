import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from './tree.js';

/** A test that shows what a list of numbered things demands. */
export interface Shown {
  readonly number: number;
  /** Below test/. */
  readonly file: string;
  /** As it is told in the spec, with … where it is told of several cases. */
  readonly test: string;
}

/** A test that has no mark: number, file below test/, and its words. */
export type Unmarked = readonly [number: number, file: string, test: string];

const TEST = join(PROJECT, 'test');

/**
 * What the tests show of a list, by number. Tests are marked in their titles by the letter of the list and a number:
 * `G61, P9: …`.
 */
export async function marked(letter: string, folders: readonly string[], elsewhere: readonly Unmarked[]): Promise<Shown[]> {
  const files = (await Promise.all(folders.map(specsIn))).flat();
  const here = await Promise.all(files.map((file) => markedIn(file, letter)));
  const unmarked = elsewhere.map(([number, file, test]) => ({ number, file, test: told(test) }));
  return [...here.flat(), ...unmarked].toSorted((one, other) => one.number - other.number);
}

/** Those of the unmarked tests that are not there. */
export async function strays(letter: string, elsewhere: readonly Unmarked[]): Promise<string[]> {
  const texts = await Promise.all(elsewhere.map(([, file]) => readFile(join(TEST, file), 'utf8')));
  const isThere = (text: string, test: string): boolean => [`'${test}'`, `"${test}"`].some((title) => text.includes(title));
  return elsewhere.filter(([, , test], index) => !isThere(texts[index] ?? '', test)).map(([number, file, test]) => `${letter}${number}: ${file}: ${test}`);
}

/** A test in a cell of a table of a page in docs/reference, with the way to it. */
export function cellOf({ test, file }: Shown): string {
  const name = file.split('/').at(-1)?.replace(/(\.spec)?\.ts$/, '');
  return `${test.replaceAll('|', String.raw`\|`)} ([${name}](../../test/${file}))`;
}

async function specsIn(folder: string): Promise<string[]> {
  const names = (await readdir(join(TEST, folder))).filter((name) => name.endsWith('.spec.ts'));
  return names.toSorted().map((name) => `${folder}/${name}`);
}

async function markedIn(file: string, letter: string): Promise<Shown[]> {
  const text = await readFile(join(TEST, file), 'utf8');
  return [...text.matchAll(/(['`"])((?:[A-Z]\d+|%s)(?:, [A-Z]\d+)*): (.*?)\1/g)].flatMap(([, , marks = '', test = '']) =>
    numbersOf(marks, text, letter).map((number) => ({ number, file, test: told(test) })),
  );
}

/** The numbers in a title; where it is told of several cases, those of its table. */
function numbersOf(marks: string, text: string, letter: string): number[] {
  const named = marks.split(', ').flatMap((mark) => (mark === '%s' ? [...text.matchAll(/^ {2}\['([A-Z]\d+)',/gm)].map(([, each = '']) => each) : [mark]));
  return named.filter((mark) => mark.startsWith(letter)).map((mark) => Number(mark.slice(letter.length)));
}

const told = (test: string): string => test.replaceAll(/%[sdijp]/g, '…');
