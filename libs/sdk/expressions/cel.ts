import { celEnv, isCelError, isCelList, isCelMap, isCelUint, parse, plan, type CelInput, type CelResult } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { ExpressionError } from './expression-error.ts';

/** What expressions read: variables by their names, each any JSON value. */
export type ExpressionData = Readonly<Record<string, unknown>>;

const MAX_EXPRESSION_CHARACTERS = 4_096;
/** Of brackets; a parser that goes down with each of them has a stack. */
const MAX_NESTING = 64;

const ENVIRONMENT = celEnv({ funcs: strings });

/** An expression that was read. It gives a JSON value, or throws an ExpressionError; how long that takes is not bounded. */
export type Evaluate = (data: ExpressionData) => unknown;

/**
 * Reads a CEL expression (https://cel.dev), with the functions of its `strings` extension.
 *
 * @throws ExpressionError when it is no CEL, is too long or nested too deeply
 */
export function readExpression(text: string): Evaluate {
  if (text.length > MAX_EXPRESSION_CHARACTERS) throw new ExpressionError(`an expression has at most ${MAX_EXPRESSION_CHARACTERS} characters, not ${text.length}`);
  if (nestingOf(text) > MAX_NESTING) throw new ExpressionError(`the brackets of an expression are at most ${MAX_NESTING} deep`);
  const evaluate = planned(text);
  return (data) => {
    const result = evaluate(variablesOf(data));
    if (isCelError(result)) throw new ExpressionError(`"${text}" has no result`, { cause: result });
    return jsonOf(result, text);
  };
}

function planned(text: string): (variables: Record<string, CelInput>) => CelResult {
  try {
    return plan(ENVIRONMENT, parse(text));
  } catch (error) {
    throw new ExpressionError(`"${text}" is no CEL expression: ${(error as Error).message}`);
  }
}

function nestingOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const character of text) {
    if ('([{'.includes(character)) deepest = Math.max(deepest, (depth += 1));
    else if (')]}'.includes(character)) depth -= 1;
  }
  return deepest;
}

const variablesOf = (data: ExpressionData): Record<string, CelInput> =>
  Object.fromEntries(Object.entries(data).map(([name, value]) => [name, celOf(value)]));

/** Numbers without a fraction are int, as their literals in an expression. */
function celOf(value: unknown): CelInput {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(celOf);
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value).map(([key, each]) => [key, celOf(each)]));
  return value as CelInput;
}

function jsonOf(value: unknown, text: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return wholeNumber(value, text);
  if (isCelUint(value)) return wholeNumber(value.value, text);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (isCelList(value)) return Array.from(value, (each) => jsonOf(each, text));
  if (isCelMap(value)) return Object.fromEntries(Array.from(value, ([key, each]) => [keyOf(key, text), jsonOf(each, text)]));
  throw new ExpressionError(`"${text}" gives no JSON value; convert it with string()`);
}

function keyOf(key: unknown, text: string): string {
  if (typeof key !== 'string') throw new ExpressionError(`"${text}" gives a map whose keys are no strings`);
  return key;
}

function wholeNumber(value: bigint, text: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new ExpressionError(`"${text}" gives an integer over 2^53; convert it with string()`);
  return number;
}
