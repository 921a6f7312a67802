const ACTIONS_KEPT = 60;
const VIOLATIONS_KEPT = 50;
const LONGEST_TEXT = 500;

export interface Violation {
  readonly invariant: string;
  readonly text: string;
  /** The last actions of all attackers before it was found. */
  readonly actions: readonly string[];
}

/** What was broken in a run, each with the actions that came before; bounded. */
export class Violations {
  readonly found: Violation[] = [];
  private count = 0;
  private readonly actions: string[] = [];
  private readonly startedAtMs = Date.now();

  /** @param tell called with each one that is kept, as it is found */
  constructor(private readonly tell: (violation: Violation) => void = () => undefined) {}

  /** How many there were, those not kept included. */
  get total(): number {
    return this.count;
  }

  /** Remembers an action, among the last ones. */
  action(text: string): void {
    const seconds = ((Date.now() - this.startedAtMs) / 1_000).toFixed(2);
    if (this.actions.push(`${seconds} s ${text.slice(0, LONGEST_TEXT)}`) > ACTIONS_KEPT) this.actions.shift();
  }

  add(invariant: string, text: string): void {
    this.count += 1;
    if (this.found.length >= VIOLATIONS_KEPT) return;
    const violation = { invariant, text: text.slice(0, LONGEST_TEXT), actions: [...this.actions] };
    this.found.push(violation);
    this.tell(violation);
  }
}
