import { BrokerError } from '#sdk';

/** In characters; of what is too long in any case, in halves of them. */
const lengthOf = (id: string): number => (id.length > 2 * 1_024 ? id.length : Array.from(id).length);

/**
 * An instance or binding id, as decoded from the path: any characters, 1 to 1,024 of them (decision 4).
 *
 * @throws BrokerError BadRequest
 */
export function readResourceId(name: 'instance_id' | 'binding_id', id: string): string {
  const length = lengthOf(id);
  if (length < 1 || length > 1024) throw new BrokerError('BadRequest', `${name} must have 1 to 1,024 characters, it has ${length}`);
  if (id.includes('\0')) throw new BrokerError('BadRequest', `${name} must not contain the character NUL`);
  if (id === '.' || id === '..') throw new BrokerError('BadRequest', `${name} must not be "." or ".."`);
  return id;
}
