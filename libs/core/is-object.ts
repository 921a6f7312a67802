import { isRawNumber } from '#sdk';

/** Whether a value is what JSON calls an object. */
export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
