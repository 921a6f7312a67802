import type { BackendLog } from '#sdk';
import { readable, readableText, type ChangeText } from '../readable/readable.js';

/** The log as a backend gets it: no secret of its settings goes into it, and no text of any length. */
export function logWithoutSecrets(log: BackendLog, mask: ChangeText): BackendLog {
  const write =
    (level: 'info' | 'warn'): BackendLog['info'] =>
    (message, fields) =>
      log[level](readableText(message, mask), fields === undefined ? undefined : (readable(fields, mask) as Record<string, unknown>));
  return { info: write('info'), warn: write('warn') };
}
