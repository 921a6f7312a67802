import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from './tree.js';

/**
 * The part of a document that is written from the code, between `<!-- name -->` and `<!-- /name -->`. With
 * UPDATE_GOLDEN=1 it is written anew first.
 */
export async function goldenPart(path: string, name: string, expected: string): Promise<string> {
  const file = join(PROJECT, path);
  const text = await readFile(file, 'utf8');
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
  if (from < start.length || to < from) throw new Error(`${path} has no part between ${start.trim()} and ${end}`);
  if (process.env.UPDATE_GOLDEN !== '1') return text.slice(from, to);
  await writeFile(file, text.slice(0, from) + expected + text.slice(to));
  return expected;
}

/** Put in front of both sides of a comparison, so that the failure shows it. */
export const refreshWith = (spec: string): string => `refresh with: UPDATE_GOLDEN=1 npm run jest -- ${spec}\n`;
