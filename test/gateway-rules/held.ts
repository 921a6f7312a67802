import type { Script } from '../support/stub-broker.js';

/** A script that answers when it is told to. */
export function held(script: Script): { readonly script: Script; release(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { script: (response, request) => void promise.then(() => script(response, request)), release: resolve };
}
