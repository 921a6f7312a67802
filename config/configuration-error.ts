/** Stops the start. The message is one line: where, what is wrong and the way out; never a secret. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(message: string) {
    super(message.replaceAll(/\s*[\r\n]+\s*/g, ' '));
  }
}
