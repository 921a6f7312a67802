/** A backend broke a promise of the contract; the message says how. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';

  constructor(
    /** The sentence that does not hold: the name of the case. */
    readonly promise: string,
    how: string,
    options?: ErrorOptions,
  ) {
    super(`the backend breaks "${promise}": ${how}`, options);
  }
}
