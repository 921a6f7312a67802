import { BrokerError } from '#sdk';

export const unknownToBackend = (): BrokerError => new BrokerError('BackendFailed', 'the backend accepted the operation and does not know it any more');

export const tookTooLong = (): BrokerError => new BrokerError('Timeout', 'the operation did not end in the time it was given');

export const neverAnswered = (): BrokerError =>
  new BrokerError('Unavailable', 'the request for this operation got no answer, and the operation was not carried on; send the request again');

export const retryAfterOf = (error: BrokerError): number | undefined =>
  error.details.retryAfterSeconds === undefined ? undefined : error.details.retryAfterSeconds * 1000;
