import { BrokerError } from '#sdk';

/** The strong tag of a version, for `ETag`. */
export const entityTag = (version: number): string => `"${version}"`;

/**
 * `If-Match` (RFC 9110): the version that may be changed, or undefined where any may.
 *
 * @throws BrokerError PreconditionFailed when this is another version than the client has read
 */
export function requiredVersion(ifMatch: string | undefined, version: number): number | undefined {
  if (ifMatch === undefined) return undefined;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes('*')) return undefined;
  if (tags.includes(entityTag(version))) return version;
  throw new BrokerError('PreconditionFailed', `If-Match names another version than ${version}, the one there is; read it again`);
}
