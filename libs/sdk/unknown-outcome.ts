/**
 * For a backend that cannot know what a call did and has something to say about it. Message and causes go to
 * the gateway's operator, with the operation and in the log, without the values of settings, parameters and contexts and
 * without addresses: write no other secret into them. Any other error that is no BrokerError means the same.
 */
export class UnknownOutcome extends Error {
  override readonly name: string = 'UnknownOutcome';
}
