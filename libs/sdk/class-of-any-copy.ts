/**
 * For `[Symbol.hasInstance]` of a class that crosses the border between gateway and plugin: a plugin may bring a copy of
 * this SDK, whose classes are others. An object belongs to the class when it carries the key, which all copies share.
 *
 * @param asked what `instanceof` was asked for; a subclass recognises its own objects as any class does
 */
export function isOfAnyCopy(asked: abstract new (...args: never[]) => unknown, owner: typeof asked, key: symbol, value: unknown): boolean {
  if (asked !== owner) return Function.prototype[Symbol.hasInstance].call(asked, value);
  return typeof value === 'object' && value !== null && key in value;
}
