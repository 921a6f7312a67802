import type { StateSlot } from '../call.js';
import type { StepResults } from './step.js';

/** Where a piece of work stands. */
export interface StepRecord {
  /** Whose steps they are: their keys begin with this. */
  readonly operationId: string;
  readonly direction: 'forward' | 'backward';
  /** The steps that are done and not undone, in their order. */
  readonly done: readonly string[];
  /** The step that was begun and is not done. */
  readonly begun?: string;
  /** While that step is at work: when the call it is in ends at the latest, as a Unix time in ms. */
  readonly untilMs?: number;
  readonly results: StepResults;
  /** Why it goes backward, where it failed. */
  readonly failure?: string;
}

/** A record of work in a slot, in its part that is reserved for steps. */
export class StepLedger {
  constructor(
    private readonly slot: StateSlot,
    private readonly kind: 'create' | 'update',
  ) {}

  get record(): StepRecord | undefined {
    const text = this.slot.get(this.key);
    return text === undefined || text === '' ? undefined : (JSON.parse(text) as StepRecord);
  }

  /** Resolves once it is committed. */
  async put(record: StepRecord): Promise<StepRecord> {
    await this.slot.put(this.key, JSON.stringify(record));
    return record;
  }

  async clear(): Promise<void> {
    await this.slot.put(this.key, '');
  }

  private get key(): string {
    return `sdk.steps.${this.kind}`;
  }
}
