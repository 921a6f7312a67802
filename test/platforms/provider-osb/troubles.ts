/** Parameters that tell a simulator how to behave. */
export const simulate = (behaviour: object, more: object = {}): string => JSON.stringify({ ...more, simulate: behaviour });

export const refusal = { failWith: { status: 400, description: 'No such size.' } };
export const breakdown = { failWith: { status: 500, description: 'The disk is full.' }, times: 1 };
export const lateFailure = { async: { outcome: 'failed', description: 'No room.' } };

/** What a user reads of a {@link breakdown}: a service broker behind the gateway that has one is a bad gateway. */
export const brokenDown = (offering: string): string =>
  `Status: ${offering === 'remote' ? 502 : 500}; ErrorMessage: InternalError; Description: The disk is full.`;

/** The service's operators put right what kept a deletion from succeeding. */
export function repair(resource: object | undefined): void {
  if (resource) Object.assign(resource, { parameters: '{}' });
}
