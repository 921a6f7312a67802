import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ELSEWHERE } from './elsewhere.js';

export const RULE_COUNT = 114;

/** A test that holds the gateway to a rule. */
export interface Held {
  readonly rule: number;
  /** Below test/. */
  readonly file: string;
  /** As it is told in the spec, with … where it is told of several cases. */
  readonly test: string;
}

const TEST = join(import.meta.dirname, '..');

/** Every rule with the tests that hold the gateway to it, by number. */
export async function heldRules(): Promise<Held[]> {
  const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.spec.ts')).toSorted();
  const here = await Promise.all(files.map((name) => heldIn(`gateway-rules/${name}`)));
  const elsewhere = ELSEWHERE.map(([rule, file, test]) => ({ rule, file, test: told(test) }));
  return [...here.flat(), ...elsewhere].toSorted((one, other) => one.rule - other.rule);
}

/** The tests that {@link ELSEWHERE} names and that are not there. */
export async function strayRules(): Promise<string[]> {
  const texts = await Promise.all(ELSEWHERE.map(([, file]) => readFile(join(TEST, file), 'utf8')));
  return ELSEWHERE.filter(([, , test], index) => !texts[index]?.includes(`'${test}'`)).map(([rule, file, test]) => `G${rule}: ${file}: ${test}`);
}

async function heldIn(file: string): Promise<Held[]> {
  const text = await readFile(join(TEST, file), 'utf8');
  return [...text.matchAll(/(['`])((?:G\d+|%s)(?:, G\d+)*): (.*?)\1/g)].flatMap(([, , rules = '', test = '']) =>
    rulesOf(rules, text).map((rule) => ({ rule, file, test: told(test) })),
  );
}

/** The numbers in a title; where it is told of several cases, those of its table. */
function rulesOf(rules: string, text: string): number[] {
  const named = rules === '%s' ? [...text.matchAll(/^ {2}\['(G\d+)',/gm)].map(([, rule = '']) => rule) : rules.split(', ');
  return named.map((rule) => Number(rule.slice(1)));
}

const told = (test: string): string => test.replaceAll(/%[sdj]/g, '…');
