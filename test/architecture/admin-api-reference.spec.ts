import { Logger } from '@nestjs/common';
import { describeAdminApi } from '#admin-api';
import { goldenPart, refreshWith } from './golden.js';

const REFERENCE = 'docs/reference/admin-api.md';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

interface Route extends Operation {
  readonly method: string;
  readonly path: string;
}

let routes: readonly Route[];
let schemas: Readonly<Record<string, Schema>>;

beforeAll(async () => {
  Logger.overrideLogger(false);
  const { paths, components } = await describeAdminApi();
  schemas = components?.schemas as typeof schemas;
  routes = Object.entries(paths as unknown as Record<string, Record<string, Operation>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
});

const short = (path: string): string => path.replace('/admin/v1', '…');
const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))];
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('');
}

function routeTable(): string {
  const rows = routes.map(({ method, path, summary, description, responses }) => {
    const own = Object.entries(responses).filter(([status]) => !['400', '401', 'default'].includes(status));
    const refusals = own.filter(([status]) => Number(status) >= 400).map(([status, { description: when }]) => `${status}: ${when}`);
    const success = own.map(([status]) => status).filter((status) => Number(status) < 300);
    return [`${method} ${path}`, [`${summary}.`, description].filter(Boolean).join(' '), [...success, ...refusals].join('<br>')];
  });
  return table(['route', 'what it does', 'answers'], rows);
}

function bodyTable(): string {
  const rows = routes.flatMap(({ method, path, requestBody }) => {
    const schema = requestBody && resolved(requestBody.content['application/json'].schema);
    return schema ? members(schema).map((row) => [`${method} ${short(path)}`, ...row]) : [];
  });
  return table(['route', 'member', 'value', 'meaning'], rows);
}

/** The members of an object, those of an object in it behind its own row. */
function members({ properties = {}, required = [] }: Schema, of = ''): string[][] {
  return Object.entries(properties).flatMap(([name, member]) => {
    const shown = required.includes(name) ? `\`${of}${name}\`` : `*\`${of}${name}\`*`;
    return [[shown, valueOf(member), member.description ?? ''], ...members(member, `${of}${name}.`)];
  });
}

function filterTable(): string {
  const rows = routes.flatMap(({ path, parameters }) =>
    parameters
      .filter(({ name, in: place }) => place === 'query' && name !== 'limit' && name !== 'after')
      .map(({ name, schema }) => [short(path), `\`${name}\``, valueOf(schema), schema.description ?? '']),
  );
  return table(['list', 'filter', 'value', 'meaning'], rows);
}

function resolved({ $ref, allOf, ...schema }: Schema): Schema {
  const named = $ref ?? allOf?.[0]?.$ref;
  return named === undefined ? schema : (schemas[named.replace('#/components/schemas/', '')] ?? schema);
}

function valueOf({ type, format, enum: words, default: preset }: Schema): string {
  const kind = words?.map((word) => `\`${word}\``).join(', ') ?? format ?? type ?? 'any';
  return preset === undefined ? kind : `${kind}; ${JSON.stringify(preset)} unless given`;
}

test.each<[string, () => string]>([
  ['routes', routeTable],
  ['bodies', bodyTable],
  ['filters', filterTable],
])('the reference lists the %s of the admin API as the code has them, and no other', async (part, make) => {
  const documented = await goldenPart(REFERENCE, part, make());
  const refresh = refreshWith('admin-api-reference');
  expect(refresh + documented).toBe(refresh + make());
});

test('every route says what it does, what it answers and how it refuses', () => {
  expect(routes.length).toBeGreaterThan(15);
  for (const { method, path, summary, responses } of routes) {
    const answers = Object.keys(responses);
    expect([`${method} ${path}`, summary]).toEqual([expect.any(String), expect.stringMatching(/^[A-Z].*[^.]$/)]);
    expect(answers.filter((status) => status.startsWith('2'))).toHaveLength(1);
    expect(answers).toEqual(expect.arrayContaining(['400', '401', 'default']));
  }
});

test('the broker API is not described here', () => {
  expect(routes.filter(({ path }) => !path.startsWith('/admin/v1/'))).toEqual([]);
});
