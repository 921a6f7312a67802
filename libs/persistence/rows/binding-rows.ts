import type { Binding, Incarnation, LifeState, Sealer } from '#core';
import { fromRawJson, type BindingResult, type ExtensionFields } from '#sdk';
import { SealedColumns } from '../sealed-columns.js';
import { readSlot, writeSlot } from './backend-slot.js';
import { present } from './present.js';

/** A binding as `BINDING_COLUMNS` selects it. */
export interface BindingRow {
  readonly b_incarnation: Binding['incarnation'];
  readonly b_instance_incarnation: Binding['instanceIncarnation'];
  readonly b_binding_id: string;
  readonly b_backend_binding_id: string;
  readonly b_state: LifeState;
  readonly b_app_guid: string | null;
  readonly b_predecessor_binding_id: string | null;
  readonly b_parameters: Buffer | null;
  readonly b_bind_resource: Buffer | null;
  readonly b_context: Buffer | null;
  readonly b_result: Buffer | null;
  readonly b_backend_state: Buffer | null;
}

/** Bindings to rows and back; all that was sent or given is sealed with the incarnation as its row. */
export class BindingRows {
  private readonly columns: SealedColumns;

  constructor(sealer: Sealer) {
    this.columns = new SealedColumns(sealer, 'service_binding');
  }

  read(row: BindingRow): Binding {
    const key = row.b_incarnation;
    const result = this.columns.open('result', key, row.b_result);
    return present({
      incarnation: key,
      instanceIncarnation: row.b_instance_incarnation,
      bindingId: row.b_binding_id,
      backendBindingId: row.b_backend_binding_id,
      state: row.b_state,
      appGuid: row.b_app_guid ?? undefined,
      predecessorBindingId: row.b_predecessor_binding_id ?? undefined,
      parameters: this.columns.open('parameters', key, row.b_parameters),
      bindResource: this.columns.open('bind_resource', key, row.b_bind_resource),
      context: this.columns.open('context', key, row.b_context),
      result: result === undefined ? undefined : readResult(result),
      backendState: readSlot(this.columns.open('backend_state', key, row.b_backend_state)),
    });
  }

  /** In the order of `INSERT_BINDING`. */
  values(binding: Binding): unknown[] {
    const key = binding.incarnation;
    return [
      key,
      binding.instanceIncarnation,
      binding.bindingId,
      binding.backendBindingId,
      binding.state,
      binding.appGuid ?? null,
      binding.predecessorBindingId ?? null,
      this.columns.seal('parameters', key, binding.parameters),
      this.columns.seal('bind_resource', key, binding.bindResource),
      this.columns.seal('context', key, binding.context),
    ];
  }

  sealResult(incarnation: Incarnation, result: BindingResult | undefined): Buffer | null {
    return this.columns.seal('result', incarnation, result && writeResult(result));
  }

  sealSlot(incarnation: Incarnation, values: Readonly<Record<string, string>>): Buffer | null {
    return this.columns.seal('backend_state', incarnation, writeSlot(values));
  }
}

/** A result as it is sealed: what keeps its bytes is there as text. */
interface WrittenResult extends Omit<BindingResult, 'credentials' | 'extensions'> {
  readonly credentials?: string;
  readonly extensions?: Readonly<Record<string, string>>;
}

function writeResult({ credentials, extensions, ...rest }: BindingResult): string {
  return JSON.stringify({ ...rest, credentials: credentials?.raw, extensions: extensions && textsOf(extensions) });
}

function readResult(text: string): BindingResult {
  const { credentials, extensions, ...rest } = JSON.parse(text) as WrittenResult;
  return {
    ...rest,
    ...(credentials === undefined ? {} : { credentials: fromRawJson(credentials) }),
    ...(extensions === undefined ? {} : { extensions: fieldsOf(extensions) }),
  };
}

function textsOf(fields: ExtensionFields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, { raw }]) => [name, raw]));
}

function fieldsOf(texts: Readonly<Record<string, string>>): ExtensionFields {
  return Object.fromEntries(Object.entries(texts).map(([name, raw]) => [name, fromRawJson(raw)]));
}
