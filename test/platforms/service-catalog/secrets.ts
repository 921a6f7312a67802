import type { JsonBody } from '../../support/http-client.js';
import type { SecretTransform, ServiceBinding } from './objects.js';
import type { Store } from './store.js';

const KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const MOST_BYTES = 1_048_576;

/** Writes the credentials into the binding's Secret. What is wrong with them is told, and then nothing is written. */
export function injectSecret({ secrets }: Store, binding: ServiceBinding, credentials: JsonBody): string | undefined {
  const { name, secretName, ask } = binding;
  const data = dataOf(credentials ?? {}, ask.secretTransforms ?? []);
  const existing = secrets.get(secretName);
  if (existing && existing.owner !== name) return `Secret "${secretName}" is not owned by ServiceBinding`;
  const wrong = Object.keys(data).find((key) => !KEY.test(key) || key === '.' || key === '..');
  if (wrong !== undefined) return `Secret "${secretName}" is invalid: data[${wrong}]: not a valid config key`;
  const bytes = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  if (bytes > MOST_BYTES) return `Secret "${secretName}" is invalid: data: Too long: must have at most ${MOST_BYTES} bytes`;
  secrets.set(secretName, { owner: name, data });
  return undefined;
}

/** Only the binding's own. */
export function ejectSecret({ secrets }: Store, { name, secretName }: ServiceBinding): void {
  if (secrets.get(secretName)?.owner === name) secrets.delete(secretName);
}

/** Texts as they are, everything else as JSON. */
function dataOf(credentials: JsonBody, transforms: readonly SecretTransform[]): Record<string, string> {
  const entries = new Map<string, unknown>(Object.entries(credentials as object));
  for (const transform of transforms) apply(entries, transform);
  return Object.fromEntries([...entries].map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]));
}

function apply(entries: Map<string, unknown>, transform: SecretTransform): void {
  if ('addKey' in transform) {
    entries.set(transform.addKey.key, transform.addKey.stringValue);
  } else if ('removeKey' in transform) {
    entries.delete(transform.removeKey.key);
  } else if (entries.has(transform.renameKey.from)) {
    entries.set(transform.renameKey.to, entries.get(transform.renameKey.from));
    entries.delete(transform.renameKey.from);
  }
}
