import type { RawJson } from './raw-json.js';

/** OSB 2.17, Service Instance Metadata. */
export interface InstanceMetadata {
  readonly labels?: Record<string, unknown>;
  readonly attributes?: Record<string, unknown>;
}

/** What a provision or update gives back. */
export interface InstanceResult {
  /** http or https, without user info, at most 2,048 characters. */
  readonly dashboardUrl?: string;
  readonly metadata?: InstanceMetadata;
}

/** Members of an answer that the spec does not name, with their bytes (OSB 2.17, Vendor Extension Fields). */
export type ExtensionFields = Readonly<Record<string, RawJson>>;

/** What `fetchInstance` gives back. */
export interface FetchedInstance extends InstanceResult {
  readonly planId?: string;
  readonly parameters?: RawJson;
  readonly maintenanceInfo?: { readonly version: string };
  readonly extensions?: ExtensionFields;
}

/** OSB 2.17, Binding Metadata Object. Times as `yyyy-mm-ddThh:mm:ss.sZ`. */
export interface BindingMetadata {
  readonly expires_at?: string;
  readonly renew_before?: string;
}

/** What a bind gives back, in the words of the wire (OSB 2.17, Binding). Credentials keep their bytes. */
export interface BindingResult {
  readonly credentials?: RawJson;
  readonly syslogDrainUrl?: string;
  readonly routeServiceUrl?: string;
  readonly volumeMounts?: readonly unknown[];
  readonly endpoints?: readonly unknown[];
  readonly metadata?: BindingMetadata;
  readonly extensions?: ExtensionFields;
}

export interface FetchedBinding extends BindingResult {
  readonly parameters?: RawJson;
}
