import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { describeAdminApi } from '#admin-api';
import type { Answer, Ask, HttpClient } from './http-client.js';

type Document = Awaited<ReturnType<typeof describeAdminApi>>;

/** An operator whose every answer is held against the OpenAPI document: its route, its status and its body. */
export class AdminClient {
  private readonly schemas: Ajv;
  private readonly compiled = new Map<string, ValidateFunction>();

  private constructor(
    private readonly http: HttpClient,
    private readonly document: Document,
  ) {
    this.schemas = new Ajv({ strict: false, allErrors: true }).addSchema({ $id: 'api', components: document.components });
    addFormats.default(this.schemas);
  }

  static async of(http: HttpClient): Promise<AdminClient> {
    return new AdminClient(http, await describeAdminApi());
  }

  /** @param path below `/admin/v1` */
  async ask(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const answer = await this.http.request(method, `/admin/v1${path}`, ask);
    this.hold(method, path, answer);
    return answer;
  }

  get(path: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask('GET', path, { query });
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.ask('POST', path, { body });
  }

  private hold(method: string, path: string, { status, body, text }: Answer): void {
    const route = Object.keys(this.document.paths).find((each) => templateOf(each).test(`/admin/v1${path}`));
    const operation = route === undefined ? undefined : this.operation(route, method);
    const place = `#/paths/${route}/${method}/${status}`;
    const response = operation?.responses[String(status)];
    if (!response) throw new Error(`${method} ${path} answered ${status}, which is not documented: ${text}`);
    const validate = this.validator(place, response);
    if (validate(body)) return;
    throw new Error(`${method} ${path} answered ${text}, but ${this.schemas.errorsText(validate.errors)}`);
  }

  private operation(route: string, method: string): { responses: Record<string, object | undefined> } | undefined {
    const item = this.document.paths[route] as Record<string, { responses: Record<string, object> }> | undefined;
    return item?.[method.toLowerCase()];
  }

  private validator(place: string, response: object): ValidateFunction {
    const known = this.compiled.get(place);
    if (known) return known;
    const { content } = response as { content: { 'application/json': { schema: object } } };
    const schema = JSON.stringify(content['application/json'].schema).replaceAll('"#/components', '"api#/components');
    const validate = this.schemas.compile(JSON.parse(schema) as object);
    this.compiled.set(place, validate);
    return validate;
  }
}

function templateOf(route: string): RegExp {
  return new RegExp(`^${route.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
