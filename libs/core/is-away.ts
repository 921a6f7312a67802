import { BrokerError } from '#sdk';

/** Whether the gateway's own database is away: a store says so by this error. */
export const isAway = (error: unknown): error is BrokerError => error instanceof BrokerError && error.code === 'Unavailable';
