/**
 * Runs in a worker thread: reads and applies schemas nobody here wrote. Imports npm packages only and uses erasable
 * syntax, because the tests run this file as it is.
 */
import { createRequire } from 'node:module';
import { createContext, Script } from 'node:vm';
import { Ajv, type AnySchemaObject, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import draft04 from 'ajv-draft-04';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Draft } from './schema-document.js';

/** A schema on its way to the worker. */
export interface SchemaTask {
  readonly draft: Draft;
  /** The schema for the validator, as JSON. */
  readonly schema: string;
  /** The schema as published, as JSON. */
  readonly published: string;
  /** Same key, same draft and schema. */
  readonly key: string;
  readonly compileTimeoutMs: number;
  readonly checkTimeoutMs: number;
}

export interface CheckTask extends SchemaTask {
  /** The parameters as JSON. */
  readonly parameters: string;
}

/** Problems, none when there is nothing to say against it, or that the time was up. */
export type Verdict = readonly string[] | 'too slow';

const MAX_PROBLEMS = 20;
const MAX_COUNTED = 2_000;
const MAX_COMPILED = 200;
const MAX_TEXT = 200;
const ENDLESS = 'the schema refers to itself without end or is nested too deeply';

/** What was found out about a schema. */
export interface SchemaFindings {
  /** Why parameters cannot be checked against it; empty when they can. */
  readonly problems: readonly string[];
  /** Why Cloud Controller would refuse the catalog over it; empty when it would not. */
  readonly cloudFoundryProblems: readonly string[];
}

/** What each job of this worker answers. */
export interface SchemaJobs {
  readonly inspect: SchemaFindings | 'too slow';
  readonly check: Verdict;
}

/** Is this a valid schema, and one that can be applied? */
export function inspect(task: SchemaTask): SchemaJobs['inspect'] {
  const problems = verdict(() => {
    const schema = JSON.parse(task.schema) as AnySchemaObject;
    const broken = within(task.compileTimeoutMs, () => metaSchemaProblems(task.draft, schema));
    if (broken.length > 0) return broken;
    const { decide } = compiled(task);
    // A trial, as Cloud Controller does one: a schema may be valid and still never come to an end.
    within(task.checkTimeoutMs, () => decide({}));
    return [];
  });
  if (problems === 'too slow') return 'too slow';
  const broken = verdict(() => within(task.compileTimeoutMs, () => draft04Problems(task.published)));
  if (broken === 'too slow') return 'too slow';
  // Cloud Controller compiles no pattern.
  const failed = problems.filter((problem) => !problem.startsWith(BAD_PATTERN));
  return { problems, cloudFoundryProblems: broken.length > 0 ? broken : failed };
}

const BAD_PATTERN = 'Invalid regular expression';

/** Cloud Controller holds every schema, whatever its draft, against the meta-schema of draft-04. */
function draft04Problems(published: string): string[] {
  const { $schema: _, ...schema } = JSON.parse(published) as AnySchemaObject;
  cloudController ??= new draft04.default({ strict: false, logger: false, validateFormats: false });
  return cloudController.validateSchema(schema) === true ? [] : problemsFrom(cloudController.errors);
}

let cloudController: Validator | undefined;

/** What the schema says against the parameters. */
export function check(task: CheckTask): Verdict {
  return verdict(() => {
    const { decide, describe } = compiled(task);
    const parameters: unknown = JSON.parse(task.parameters);
    if (within(task.checkTimeoutMs, () => decide(parameters))) return [];
    // Refused by now: if there is no time for all the problems, the first will do.
    const described = verdict(() => within(task.checkTimeoutMs, () => describe(parameters)));
    return described === 'too slow' ? problemsFrom(decide.errors) : [...described];
  });
}

function verdict(work: () => string[]): Verdict {
  try {
    return work();
  } catch (error) {
    const { message } = error as Error;
    if (isTimeUp(error) || message === TOO_MANY) return 'too slow';
    return [error instanceof RangeError ? ENDLESS : shortened(message)];
  }
}

const clock: { job?: () => unknown } = createContext({});
const runJob = new Script('job()');

const TRIES = 5;

/**
 * Runs a job that is ended from outside when its time is up, even inside a regular expression. The time counts from
 * its start, so a job that waited for a thread has all of it; one that waited for the processor is tried again, with
 * twice the time.
 */
function within<T>(timeoutMs: number, job: () => T): T {
  clock.job = job;
  for (let attempt = 1; ; attempt += 1) {
    const workedMs = threadMs();
    try {
      return runJob.runInContext(clock, { timeout: timeoutMs * 2 ** (attempt - 1) }) as T;
    } catch (error) {
      const wasStarved = threadMs() - workedMs < timeoutMs / 2;
      if (!isTimeUp(error) || !wasStarved || attempt === TRIES) throw error;
    }
  }
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const isTimeUp = (error: unknown): boolean => (error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

interface Compiled {
  /** Stops at the first problem, so that little time and memory goes into parameters that are refused. */
  readonly decide: ValidateFunction;
  /** All problems; compiled when there is the first. */
  readonly describe: (parameters: unknown) => string[];
}

const cache = new Map<string, Compiled>();

function compiled(task: SchemaTask): Compiled {
  const found = cache.get(task.key) ?? within(task.compileTimeoutMs, () => compile(task));
  // Back to the end: the first key is the one not used for longest.
  cache.delete(task.key);
  cache.set(task.key, found);
  const [oldest] = cache.keys();
  if (oldest !== undefined && cache.size > MAX_COMPILED) cache.delete(oldest);
  return found;
}

/** An instance a schema: ids inside two schemas may be equal, and what one compiled goes when it does. */
function compile({ draft, schema }: SchemaTask): Compiled {
  const options = { meta: false, validateSchema: false };
  const compileWith = (more: Options): ValidateFunction =>
    validatorFor(draft, { ...options, ...more }).compile(JSON.parse(schema) as AnySchemaObject);
  let all: ValidateFunction | undefined;
  return {
    decide: compileWith({}),
    describe: (parameters) => {
      all ??= compileWith({ allErrors: true });
      return all(parameters) ? [] : problemsFrom(all.errors);
    },
  };
}

const metaValidators = new Map<Draft, Validator>();

function metaSchemaProblems(draft: Draft, schema: AnySchemaObject): string[] {
  const validator = metaValidators.get(draft) ?? validatorFor(draft, { allErrors: true });
  metaValidators.set(draft, validator);
  return validator.validateSchema(schema) === true ? [] : problemsFrom(validator.errors);
}

type Validator = Pick<Ajv, 'compile' | 'validateSchema' | 'errors' | 'removeKeyword'>;

/** Keywords ajv knows that a draft does not: there they are unknown and say nothing. */
const FOREIGN: Readonly<Record<Draft, readonly string[]>> = {
  'draft-04': ['const', 'contains', 'if', 'then', 'else', 'propertyNames'],
  'draft-06': ['id', 'if', 'then', 'else'],
  'draft-07': ['id'],
  '2019-09': ['id'],
  '2020-12': ['id'],
};

function validatorFor(draft: Draft, more: Options): Validator {
  const validator = bareValidator(draft, {
    strict: false,
    logger: false,
    ownProperties: true,
    // Without it one definition is written into the code as often as it is referred to.
    inlineRefs: false,
    code: { regExp: tolerantRegExp, lines: true, process: withLimit },
    ...more,
  });
  formats.default(validator as Ajv);
  for (const keyword of FOREIGN[draft]) validator.removeKeyword(keyword);
  return validator;
}

function bareValidator(draft: Draft, options: Options): Validator {
  switch (draft) {
    case 'draft-04':
      return new draft04.default(options);
    case 'draft-06':
      return draft06(options);
    case 'draft-07':
      return new Ajv(options);
    case '2019-09':
      return new Ajv2019(options);
    case '2020-12':
      return new Ajv2020(options);
  }
}

function draft06(options: Options): Validator {
  const validator = new Ajv({ ...options, meta: false });
  if (options.meta === false) return validator;
  const metaSchema = createRequire(import.meta.url)('ajv/dist/refs/json-schema-draft-06.json') as AnySchemaObject;
  validator.addMetaSchema(metaSchema);
  validator.opts.defaultMeta = 'http://json-schema.org/draft-06/schema';
  return validator;
}

const TOO_MANY = 'too many problems to count';

/**
 * Makes validation end when it has collected more problems than anyone reads. Some nested `anyOf` can collect them at a
 * gigabyte a second, and a thread that fills its heap that fast takes the whole process with it (measured).
 */
function withLimit(code: string): string {
  // Whole lines: text from the schema never stands alone on one.
  const limit = `if(errors>${MAX_COUNTED})throw new Error("${TOO_MANY}");`;
  return code.replace(/^(errors\+\+;|errors = vErrors\.length;)$/gm, `$1${limit}`);
}

/** With the u flag where the pattern allows it: many published patterns escape more than that flag permits. */
function tolerantRegExp(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return new RegExp(pattern);
  }
}
tolerantRegExp.code = 'new RegExp';

function problemsFrom(errors: readonly ErrorObject[] | null | undefined): string[] {
  const problems = new Set((errors ?? []).slice(0, MAX_PROBLEMS).map(problemFrom));
  return problems.size > 0 ? [...problems] : ['is not valid'];
}

/** A pointer and a sentence. Values are never named: they may be secrets. What the schema says may be: it is public. */
function problemFrom({ instancePath, keyword, message = 'is not valid', params }: ErrorObject): string {
  const escaped = (member: unknown): string => String(member).replaceAll('~', '~0').replaceAll('/', '~1');
  const at = (member: unknown): string => `${instancePath}/${escaped(member)}`;
  switch (keyword) {
    case 'required':
      return sentence(at(params['missingProperty']), 'is required');
    case 'additionalProperties':
      return sentence(at(params['additionalProperty']), 'is not allowed');
    case 'unevaluatedProperties':
      return sentence(at(params['unevaluatedProperty']), 'is not allowed');
    case 'false schema':
      return sentence(instancePath, 'is not allowed');
    case 'enum':
      return sentence(instancePath, `must be one of ${JSON.stringify(params['allowedValues']).slice(1, -1)}`);
    default:
      return sentence(instancePath, message);
  }
}

function sentence(pointer: string, says: string): string {
  return `${pointer === '' ? 'the object' : shortened(pointer)}: ${shortened(says)}`;
}

function shortened(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
