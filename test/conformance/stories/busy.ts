import type { Answer } from '../wire/answer.js';

/** It was turned away since something else runs. */
export const isBusy = ({ status, body }: Answer): boolean => status === 422 && body['error'] === 'ConcurrencyError';
