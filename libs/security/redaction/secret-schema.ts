/** A JSON schema as far as it is read here: which members of a value are secrets (`writeOnly: true`). */
export type JsonSchema = Record<string, unknown>;

/** All schemas that speak about one place of a value. Where any of them says secret, it is a secret. */
export class SchemaPlace {
  readonly #schemas: readonly JsonSchema[];

  private constructor(
    private readonly root: JsonSchema,
    schemas: readonly unknown[],
  ) {
    const found = new Set<JsonSchema>();
    for (const schema of schemas) collect(root, schema, found);
    this.#schemas = [...found];
  }

  static rootOf(schema: JsonSchema): SchemaPlace {
    return new SchemaPlace(schema, [schema]);
  }

  get isSecret(): boolean {
    return this.#schemas.some((schema) => schema['writeOnly'] === true);
  }

  member(name: string): SchemaPlace {
    return new SchemaPlace(
      this.root,
      this.#schemas.flatMap((schema) => {
        const named = objectOf(schema['properties']) ?? {};
        const own = Object.hasOwn(named, name) ? named[name] : schema['additionalProperties'];
        return [own, ...Object.values(objectOf(schema['patternProperties']) ?? {})];
      }),
    );
  }

  item(index: number): SchemaPlace {
    return new SchemaPlace(
      this.root,
      this.#schemas.flatMap((schema) => {
        const leading = listOf(schema['prefixItems']);
        return [index < leading.length ? leading[index] : schema['items']];
      }),
    );
  }
}

const COMBINED = ['anyOf', 'oneOf', 'allOf'] as const;

/** Adds a schema and all it is combined of. */
function collect(root: JsonSchema, candidate: unknown, found: Set<JsonSchema>): void {
  const schema = objectOf(candidate);
  if (schema === undefined || found.has(schema)) return;
  found.add(schema);
  if (typeof schema['$ref'] === 'string') collect(root, resolve(root, schema['$ref']), found);
  for (const keyword of COMBINED) {
    for (const part of listOf(schema[keyword])) collect(root, part, found);
  }
}

/** Follows a reference inside the document, such as `#/$defs/Endpoint`. */
function resolve(root: JsonSchema, reference: string): unknown {
  const [document, ...steps] = reference.split('/');
  if (document !== '#') throw new Error(`the settings schema refers to "${reference}" outside of itself`);
  return steps
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((place, step) => objectOf(place)?.[step], root);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
