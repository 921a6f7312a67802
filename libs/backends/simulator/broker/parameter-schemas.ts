import { Ajv, type AnySchemaObject, type Options, type ValidateFunction } from 'ajv';
import draft04 from 'ajv-draft-04';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';

/** The calls a plan may have a parameter schema for. */
export type SchemaCall = 'provision' | 'update' | 'bind';

const holder = z.looseObject({ parameters: z.looseObject({ $schema: z.string() }) }).optional();
const planSchemas = z.looseObject({
  service_instance: z.looseObject({ create: holder, update: holder }).optional(),
  service_binding: z.looseObject({ create: holder }).optional(),
});

/** What the schemas of a plan, as its catalog has them, say against parameters; undefined where they say nothing. */
export function problemOf(schemas: unknown, call: SchemaCall, parameters: unknown): string | undefined {
  const { data } = planSchemas.safeParse(schemas);
  const schema = {
    provision: data?.service_instance?.create,
    update: data?.service_instance?.update,
    bind: data?.service_binding?.create,
  }[call]?.parameters;
  const validate = schema && validatorFor(schema);
  if (!validate || validate(parameters)) return undefined;
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'the object'} ${message ?? 'is wrong'}`).join('; ');
}

type Schema = AnySchemaObject & { readonly $schema: string };

const OPTIONS: Options = { strict: false, logger: false, allErrors: true, validateFormats: false, validateSchema: false, meta: false };

/** Undefined for a schema nobody can read: a catalog may be as wrong as its test wants it to be. */
function validatorFor({ $schema, ...schema }: Schema): ValidateFunction | undefined {
  try {
    return compilerFor($schema).compile(schema);
  } catch {
    return undefined;
  }
}

function compilerFor(draft: string): Pick<Ajv, 'compile'> {
  if (draft.includes('draft-04')) return new draft04.default(OPTIONS);
  if (draft.includes('2019-09')) return new Ajv2019(OPTIONS);
  return draft.includes('2020-12') ? new Ajv2020(OPTIONS) : new Ajv(OPTIONS);
}
