/** Any JSON value; rows read deep into it, and what is not there fails their expectation. */
export type JsonObject = Readonly<Record<string, unknown>>;

const SHOWN_CHARACTERS = 300;

/** One request with what came back, byte for byte where it matters. */
export class Answer {
  constructor(
    /** Method and path as sent. */
    readonly request: string,
    readonly status: number,
    /** Names as sent, each with its value, in their order. */
    readonly rawHeaders: readonly (readonly [name: string, value: string])[],
    readonly text: string,
    readonly tookMs: number,
  ) {}

  /** The value of a header, whatever the letter case; the first one if there are several. */
  header(name: string): string | undefined {
    return this.headers(name)[0];
  }

  headers(name: string): string[] {
    return this.rawHeaders.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  }

  /** The body, if it is a JSON object. */
  get object(): JsonObject | undefined {
    const value = parsed(this.text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  }

  /** The body's members; none where it is no JSON object. */
  get body(): JsonObject {
    return this.object ?? {};
  }

  /** A member that is text, such as `operation`. */
  word(name: string): string | undefined {
    const value = this.body[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** How a message tells of it; credentials are left out. */
  get story(): string {
    return `${this.request} was answered ${this.status} ${this.shownBody}`;
  }

  private get shownBody(): string {
    const { object } = this;
    const shown = object && 'credentials' in object ? JSON.stringify({ ...object, credentials: '(left out)' }) : this.text;
    if (shown === '') return '(no body)';
    return shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}… (${shown.length} characters)` : shown;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
