import { isObject } from '../is-object.js';
import type { ParameterSchema, PlanSchemas, WireObject } from './offering.js';
import type { BackendSchemas } from './parameter-schemas.js';
import { NotPublishable, plainJson } from './plain-json.js';
import { writeCountsAsIntegers } from './schema-document.js';

/** What came of the `schemas` of a plan. None of it keeps the plan out of the catalog. */
export interface ReadSchemas {
  /** As published; undefined when there is none. */
  readonly wire: WireObject | undefined;
  /** As Cloud Foundry is shown them: without those Cloud Controller refuses. The same object where it takes all. */
  readonly cloudFoundryWire: WireObject | undefined;
  /** Those that parameters are checked against. */
  readonly enforced: PlanSchemas;
  readonly warnings: readonly string[];
}

type SchemaChecks = Pick<BackendSchemas, 'inspect'>;
type Holders = { readonly [member: string]: Holders | keyof PlanSchemas };

const HOLDERS: Holders = {
  service_instance: { create: { parameters: 'provision' }, update: { parameters: 'update' } },
  service_binding: { create: { parameters: 'bind' } },
};

/** Reads the `schemas` of a plan, found at a place such as `services[0].plans[2].schemas`. */
export async function readSchemas(raw: unknown, at: string, checks: SchemaChecks): Promise<ReadSchemas> {
  const reader = new SchemasReader();
  const wire = reader.holder(raw, at, HOLDERS);
  await Promise.all([...reader.found].map(([schema, place]) => reader.inspect(schema, place, checks)));
  const { enforced, warnings, hidden } = reader;
  const cloudFoundryWire = wire && hidden.size > 0 ? without(hidden, wire) : wire;
  return { wire, cloudFoundryWire, enforced, warnings };
}

interface Place {
  readonly at: string;
  readonly use: keyof PlanSchemas;
}

class SchemasReader {
  readonly found = new Map<ParameterSchema, Place>();
  readonly hidden = new Set<unknown>();
  readonly warnings: string[] = [];
  readonly enforced: { -readonly [use in keyof PlanSchemas]: PlanSchemas[use] } = {};

  /** A private copy of an object that holds schemas, without what cannot be published of it. */
  holder(raw: unknown, at: string, inside: Holders): WireObject | undefined {
    if (!this.isPresent(raw, at)) return undefined;
    const members = Object.entries(raw).map(([key, value]) => [key, this.member(key, value, at, inside)]);
    return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as WireObject;
  }

  async inspect(schema: ParameterSchema, { at, use }: Place, checks: SchemaChecks): Promise<void> {
    const { problems, cloudFoundryProblems } = await checks.inspect(schema);
    if (problems.length === 0) this.enforced[use] = schema;
    else this.warnings.push(`${at} is not enforced: ${sentence(problems)}`);
    if (cloudFoundryProblems.length === 0) return;
    this.hidden.add(schema);
    this.warnings.push(`${at} is not shown to Cloud Foundry, which refuses it: ${sentence(cloudFoundryProblems)}`);
  }

  private member(key: string, raw: unknown, at: string, holders: Holders): unknown {
    const inside = Object.hasOwn(holders, key) ? holders[key] : undefined;
    const place = `${at}.${key}`;
    if (typeof inside === 'object') return this.holder(raw, place, inside);
    if (raw === null || (inside !== undefined && !this.isPresent(raw, place))) return undefined;
    const [value] = this.copied({ [key]: raw }, at);
    if (inside === undefined || value === undefined) return value;
    writeCountsAsIntegers(value as ParameterSchema);
    this.found.set(value as ParameterSchema, { at: place, use: inside });
    return value;
  }

  /** The values of its members; none where it is no JSON. */
  private copied(member: object, at: string): unknown[] {
    try {
      return Object.values(plainJson(member, at) as object);
    } catch (error) {
      if (!(error instanceof NotPublishable)) throw error;
      this.warnings.push(`${error.message}: it is not published`);
      return [];
    }
  }

  private isPresent(raw: unknown, at: string): raw is object {
    if (raw === undefined || raw === null) return false;
    if (isObject(raw)) return true;
    this.warnings.push(`${at} must be an object: it is not published`);
    return false;
  }
}

const MAX_PROBLEMS = 5;

const sentence = (problems: readonly string[]): string => problems.slice(0, MAX_PROBLEMS).join('; ');

/** A copy without the schemas that are hidden; only objects that hold schemas are entered. */
function without(hidden: ReadonlySet<unknown>, holder: WireObject, holders: Holders = HOLDERS): WireObject {
  const members = Object.entries(holder).filter(([, value]) => !hidden.has(value));
  return Object.fromEntries(
    members.map(([key, value]) => {
      const inside = Object.hasOwn(holders, key) ? holders[key] : undefined;
      return [key, typeof inside === 'object' ? without(hidden, value as WireObject, inside) : value];
    }),
  );
}
