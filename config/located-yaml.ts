import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { ConfigurationError } from './configuration-error.js';

export type YamlPath = readonly PropertyKey[];

type Replace = (text: string, path: YamlPath) => string;

const DEEPEST = 64;

/** A YAML text whose mistakes can be told with file, line and path. */
export class LocatedYaml {
  private constructor(
    private readonly fileName: string,
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
  ) {}

  /** Throws a {@link ConfigurationError} that names the line when the text is not YAML. */
  static parse(text: string, fileName: string): LocatedYaml {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const [error] = document.errors;
    if (error === undefined) return new LocatedYaml(fileName, document, lines);
    const { line, col } = lines.linePos(error.pos[0]);
    throw new ConfigurationError(`${fileName}:${line}:${col}: not valid YAML: ${error.message}. Correct that line.`);
  }

  /** The value of the whole text, every string in it (keys apart) replaced. */
  valueWith(replace: Replace): unknown {
    return this.mapStrings(this.value(), [], replace);
  }

  /** An error about what stands at a path. */
  error(path: YamlPath, message: string): ConfigurationError {
    const place = path.length === 0 ? 'the file' : showPath(path);
    return new ConfigurationError(`${this.fileName}:${this.lineOf(path)}: ${place} ${message}.`);
  }

  /** An alias inside its own anchor would never end: hence the limit. */
  private mapStrings(value: unknown, path: YamlPath, replace: Replace): unknown {
    if (path.length > DEEPEST) throw this.error(path.slice(0, 2), `is nested deeper than ${DEEPEST} levels`);
    if (typeof value === 'string') return replace(value, path);
    if (Array.isArray(value)) return value.map((item, index) => this.mapStrings(item, [...path, index], replace));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value);
    return Object.fromEntries(members.map(([key, member]) => [key, this.mapStrings(member, [...path, key], replace)]));
  }

  private value(): unknown {
    try {
      return this.document.toJS();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConfigurationError(`${this.fileName}: not valid YAML: ${reason}. Correct it.`);
    }
  }

  /** The line of the deepest part of the path that is there. */
  private lineOf(path: YamlPath): number {
    let node: unknown = this.document.contents;
    let offset = startOf(node) ?? 0;
    for (const segment of path) {
      const container = isAlias(node) ? node.resolve(this.document) : node;
      if (isMap(container)) {
        const pair = container.items.find(({ key }) => isScalar(key) && key.value === segment);
        offset = startOf(pair?.key) ?? offset;
        node = pair?.value;
      } else if (isSeq(container)) {
        node = container.items[Number(segment)];
        offset = startOf(node) ?? offset;
      }
    }
    return Math.max(1, this.lines.linePos(offset).line);
  }
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** `backends[0].settings.password` */
function showPath(path: YamlPath): string {
  return path
    .map((segment) => (typeof segment === 'number' ? `[${segment}]` : `.${String(segment)}`))
    .join('')
    .replace(/^\./, '');
}
