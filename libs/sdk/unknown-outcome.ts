/**
 * For a backend that cannot know what a call did and has something to say about it. The message goes to the log of the
 * gateway's operator: no secret, no parameters, no credentials. Any other error that is no BrokerError means the same,
 * but of it only the kind and the place are logged, since nobody knows what its message holds.
 */
export class UnknownOutcome extends Error {
  override readonly name: string = 'UnknownOutcome';
}
