import { ExpressionError } from './expression-error.ts';
import { readExpression, type Evaluate } from './cel.ts';

/** A piece of a text: as it stands, or the result of an expression. */
type Piece = string | { readonly evaluate: Evaluate; readonly text: string };

const MAX_DEPTH = 64;

/** A template that was read: gives its result for the data, or throws an ExpressionError. */
export type Render = (data: Parameters<Evaluate>[0]) => unknown;

/** What leaves its member out. */
const NOTHING = Symbol('nothing');

/**
 * Reads a tree of JSON values. `${...}` in a string is an expression. A string that is nothing else becomes its result, of
 * whatever type; a result of null leaves the member of an object or the item of a list out. In any other string the result
 * must be a string, a number or a boolean. `$${` stands for `${`.
 *
 * @throws ExpressionError naming the place as a JSON pointer
 */
export function readTemplate(tree: unknown): Render {
  const node = readNode(tree, '', 0);
  return (data) => {
    const result = node(data);
    return result === NOTHING ? null : result;
  };
}

function readNode(tree: unknown, place: string, depth: number): Render {
  if (depth > MAX_DEPTH) throw new ExpressionError(`${named(place)}a template is at most ${MAX_DEPTH} deep`);
  if (typeof tree === 'string') return readText(tree, place);
  if (Array.isArray(tree)) return listOf(tree.map((each, index) => readNode(each, `${place}/${index}`, depth + 1)));
  if (typeof tree !== 'object' || tree === null) return () => tree;
  return objectOf(Object.entries(tree).map(([key, each]) => [key, readNode(each, `${place}/${escaped(key)}`, depth + 1)]));
}

const listOf =
  (items: readonly Render[]): Render =>
  (data) =>
    items.map((item) => item(data)).filter((value) => value !== NOTHING);

const objectOf =
  (members: readonly (readonly [string, Render])[]): Render =>
  (data) =>
    Object.fromEntries(members.map(([key, member]) => [key, member(data)] as const).filter(([, value]) => value !== NOTHING));

function readText(text: string, place: string): Render {
  const pieces = at(place, () => piecesOf(text));
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined && typeof only !== 'string') return (data) => at(place, () => only.evaluate(data)) ?? NOTHING;
  if (pieces.every((piece) => typeof piece === 'string')) return () => pieces.join('');
  return (data) => at(place, () => pieces.map((piece) => (typeof piece === 'string' ? piece : within(piece, data))).join(''));
}

function within({ evaluate, text }: Exclude<Piece, string>, data: Parameters<Evaluate>[0]): string {
  const value = evaluate(data);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ExpressionError(`"${text}" stands within a text, and gives ${value === null ? 'null' : 'a list or map'}`);
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let start = text.indexOf('${'); start !== -1; start = text.indexOf('${', from)) {
    if (text[start - 1] === '$' && start > from) {
      pieces.push(`${text.slice(from, start - 1)}\${`);
      from = start + 2;
      continue;
    }
    if (start > from) pieces.push(text.slice(from, start));
    const end = endOf(text, start + 2);
    const expression = text.slice(start + 2, end).trim();
    pieces.push({ evaluate: readExpression(expression), text: expression });
    from = end + 1;
  }
  if (from < text.length || pieces.length === 0) pieces.push(text.slice(from));
  return pieces;
}

/** Where the `}` of an expression stands: not within its strings and maps. */
function endOf(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"' || character === "'") index = endOfString(text, index);
    else if (character === '{') depth += 1;
    else if (character === '}' && depth === 0) return index;
    else if (character === '}') depth -= 1;
  }
  throw new ExpressionError('an expression that begins with "${" has no end');
}

function endOfString(text: string, start: number): number {
  const isRaw = /[rR]/.test(text[start - 1] ?? '');
  const quote = text.startsWith((text[start] ?? '').repeat(3), start) ? text.slice(start, start + 3) : (text[start] ?? '');
  for (let index = start + quote.length; index < text.length; index += 1) {
    if (text[index] === '\\' && !isRaw) index += 1;
    else if (text.startsWith(quote, index)) return index + quote.length - 1;
  }
  throw new ExpressionError('a string of an expression has no end');
}

/** The same with the place before the message. */
function at<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ExpressionError(`${named(place)}${error.message}`, { cause: error.cause });
  }
}

const named = (place: string): string => (place === '' ? '' : `at ${place}: `);

/** A member's name within a JSON pointer (RFC 6901). */
const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
