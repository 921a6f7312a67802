import type { BindingResult } from '#sdk';
import type { Incarnation } from '../ids/ids.js';
import type { LifeState } from '../instances/instance.js';

/** What two bind requests must share to be identical (OSB 2.17, 409 rows). */
export interface BindingAttributes {
  readonly appGuid?: string;
  readonly bindResource?: string;
  readonly parameters?: string;
  readonly predecessorBindingId?: string;
}

export interface Binding extends BindingAttributes {
  readonly incarnation: Incarnation;
  readonly instanceIncarnation: Incarnation;
  readonly bindingId: string;
  readonly backendBindingId: string;
  readonly state: LifeState;
  readonly context?: string;
  readonly backendState: Readonly<Record<string, string>>;
  /** What the bind gave, credentials included; erased when the binding is deleted. */
  readonly result?: BindingResult;
}
