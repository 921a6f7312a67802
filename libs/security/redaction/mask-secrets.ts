import { BrokerError } from '#sdk';
import { objectOf, SchemaPlace, type JsonSchema } from './secret-schema.js';

/** What a secret setting reads as, wherever settings are shown. */
export const MASK = '********';

/** A copy of the settings with every secret of their schema masked. Empty ones (null) stay visible as such. */
export function maskSecrets(settings: unknown, schema: JsonSchema): unknown {
  return mask(settings, SchemaPlace.rootOf(schema));
}

/**
 * Settings as an operator sent them, with the stored secret wherever the mask came back. Elements of an array are
 * recognised by what is visible of them, so removing or moving one does not hand its secret to another.
 *
 * @throws BrokerError `BadRequest` naming the member, when there is no stored secret for a mask
 */
export function unmaskSecrets(sent: unknown, stored: unknown, schema: JsonSchema): unknown {
  return unmask(sent, stored, SchemaPlace.rootOf(schema), '');
}

function mask(value: unknown, place: SchemaPlace): unknown {
  if (value === undefined || value === null) return value;
  if (place.isSecret) return MASK;
  if (Array.isArray(value)) return value.map((item, index) => mask(item, place.item(index)));
  return mapMembers(value, (member, name) => mask(member, place.member(name)));
}

function unmask(sent: unknown, stored: unknown, place: SchemaPlace, path: string): unknown {
  if (place.isSecret) return sent === MASK ? storedSecret(stored, path) : sent;
  if (Array.isArray(sent)) {
    return sent.map((item: unknown, index) => {
      const twin = twinOf(item, index, sent, Array.isArray(stored) ? stored : [], place);
      return unmask(item, twin, place.item(index), `${path}/${index}`);
    });
  }
  const before = objectOf(stored) ?? {};
  return mapMembers(sent, (member, name) => {
    const own = Object.hasOwn(before, name) ? before[name] : undefined;
    return unmask(member, own, place.member(name), `${path}/${name}`);
  });
}

function storedSecret(stored: unknown, path: string): unknown {
  if (stored !== undefined && stored !== null) return stored;
  const reason = `"${MASK}" stands for a stored secret, but none fits here; send its value`;
  throw new BrokerError('BadRequest', `settings${path}: ${reason}`);
}

/** The stored element that looks like the one sent: at the same index of an unchanged length, else the only one. */
function twinOf(
  item: unknown,
  index: number,
  sent: readonly unknown[],
  stored: readonly unknown[],
  place: SchemaPlace,
): unknown {
  const looks = JSON.stringify(mask(item, place.item(index)));
  const isTwin = (element: unknown, at: number): boolean => JSON.stringify(mask(element, place.item(at))) === looks;
  if (sent.length === stored.length && isTwin(stored[index], index)) return stored[index];
  const twins = stored.filter(isTwin);
  return twins.length === 1 ? twins[0] : undefined;
}

function mapMembers(value: unknown, change: (member: unknown, name: string) => unknown): unknown {
  const object = objectOf(value);
  if (object === undefined) return value;
  return Object.fromEntries(Object.entries(object).map(([name, member]) => [name, change(member, name)]));
}
