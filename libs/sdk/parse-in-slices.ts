import { setImmediate } from 'node:timers/promises';
import { JsonCursor } from './json-cursor.js';
import { JsonTextError, type JsonLimits } from './json-limits.js';
import { numberAsSent } from './raw-number.js';

/** Limits of a large document. */
export interface LargeJsonLimits extends JsonLimits {
  /** Most members of one object: each one more takes longer than the one before it. */
  readonly maxMembers: number;
}

/** How long it keeps the event loop at a time. */
const SLICE_MS = 5;
/** So many values are taken between two looks at the clock. */
const VALUES_PER_LOOK = 256;

/**
 * What `JSON.parse` gives, with a turn of the event loop for others every few milliseconds: for documents that are larger
 * than a request. Refuses what {@link parseRawObject} refuses. Numbers that would lose their text are {@link RawNumber}s.
 *
 * @throws JsonTextError
 */
export async function parseInSlices(text: string, limits: LargeJsonLimits): Promise<unknown> {
  try {
    const work = new SlicedParse(text, limits).document();
    for (let step = work.next(); ; step = work.next()) {
      if (step.done) return step.value;
      await setImmediate();
    }
  } catch (error) {
    throw error instanceof SyntaxError ? new JsonTextError('the body is not valid JSON') : error;
  }
}

type Slices<T> = Generator<undefined, T, undefined>;

class SlicedParse {
  private readonly cursor: JsonCursor;
  private values = 0;
  private depth = 0;
  private untilMs = performance.now() + SLICE_MS;

  constructor(
    text: string,
    private readonly limits: LargeJsonLimits,
  ) {
    this.cursor = new JsonCursor(text);
  }

  *document(): Slices<unknown> {
    const value = yield* this.value();
    this.cursor.end();
    return value;
  }

  private *value(): Slices<unknown> {
    this.countValue();
    if (this.values % VALUES_PER_LOOK === 0 && performance.now() > this.untilMs) {
      yield;
      this.untilMs = performance.now() + SLICE_MS;
    }
    switch (this.cursor.next()) {
      case 'string':
        return this.string(this.cursor.string());
      case 'object':
        return yield* this.object();
      case 'array':
        return yield* this.array();
      case 'token':
        return this.token(this.cursor.token());
    }
  }

  private *object(): Slices<object> {
    const members: Record<string, unknown> = {};
    let count = 0;
    this.enter();
    for (let more = this.cursor.opens('object'); more; more = this.cursor.goesOn('object')) {
      const key = this.string(this.cursor.key());
      if (key === '__proto__') throw new JsonTextError('the key "__proto__" is not allowed');
      count += 1;
      if (count > this.limits.maxMembers) throw new JsonTextError(`an object has more than ${inWords(this.limits.maxMembers)} members`);
      members[key] = yield* this.value();
    }
    this.depth -= 1;
    return members;
  }

  private *array(): Slices<unknown[]> {
    const elements: unknown[] = [];
    this.enter();
    for (let more = this.cursor.opens('array'); more; more = this.cursor.goesOn('array')) elements.push(yield* this.value());
    this.depth -= 1;
    return elements;
  }

  private string(raw: string): string {
    const text = JSON.parse(raw) as string;
    if (text.includes('\0')) throw new JsonTextError('the character U+0000 (\\u0000) is not allowed');
    return text;
  }

  private token(token: string): unknown {
    const { maxNumberLength } = this.limits;
    if (token.length > maxNumberLength) throw new JsonTextError(`a number has more than ${inWords(maxNumberLength)} characters`);
    const value: unknown = JSON.parse(token);
    return typeof value === 'number' ? numberAsSent(token) : value;
  }

  private enter(): void {
    this.depth += 1;
    const { maxDepth } = this.limits;
    if (this.depth > maxDepth) throw new JsonTextError(`the body is nested deeper than ${maxDepth} levels`);
  }

  private countValue(): void {
    this.values += 1;
    const { maxValues } = this.limits;
    if (this.values > maxValues) throw new JsonTextError(`the body has more than ${inWords(maxValues)} values`);
  }
}

const inWords = (count: number): string => count.toLocaleString('en');
