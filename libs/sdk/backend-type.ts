import type { ZodType } from 'zod';
import type { AddressGuard } from './address-guard.js';
import type { ServiceBackend } from './service-backend.js';

/** What a backend may write to the gateway's log. Never give it secrets, parameters or credentials. */
export interface BackendLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

export interface BackendEnvironment {
  /** The name the operator gave this backend. */
  readonly name: string;
  readonly log: BackendLog;
  /** Which addresses may be connected to. A backend whose settings name a host asks it at each connection. */
  readonly addresses: AddressGuard;
}

/**
 * A kind of backend that can be set up any number of times under different names. Options live with each backend,
 * never in the type.
 */
export interface BackendType<S = unknown> {
  /** One lower-case word, for example `postgresql`. */
  readonly type: string;
  /** One sentence for operators. */
  readonly description: string;
  /**
   * Shape of the settings, published as JSON schema. Mark a secret with {@link secretSetting}: it is masked in every
   * answer and log, and kept when an operator sends the mask back.
   */
  readonly settings: ZodType<S>;
  /** Makes a backend ready to be called. Opens nothing: connections are made on first use. Throws on bad settings. */
  create(settings: S, environment: BackendEnvironment): ServiceBackend;
}
