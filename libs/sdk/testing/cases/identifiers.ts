import { randomUUID } from 'node:crypto';
import { ensureRefused, withInstance, type ContractPromise } from '../contract-promise.js';

/** Ids a platform may use: 1 to 1,024 characters, any but NUL. Each is made unique by what `unique` puts into it. */
const awkwardIds: ReadonlyArray<readonly [what: string, id: (unique: string) => string]> = [
  ['of 1,024 characters', (unique) => unique.padEnd(1_024, 'x')],
  ['of 1,024 umlauts', (unique) => unique.padEnd(1_024, 'ü')],
  ['with a slash and dots', (unique) => `../${unique}/a/../b`],
  ['with percent signs', (unique) => `%2F%25%00${unique}%`],
  ['with spaces around it', (unique) => ` ${unique} with spaces `],
  ['with umlauts, Han and an emoji', (unique) => `äöü-ß-漢字-🚀-${unique}`],
  ['with quotes and SQL', (unique) => `'; DROP DATABASE "x"; -- \`${unique}\` \\' $$`],
  ['with shell characters', (unique) => `$(reboot) & | > < ; * ? ~ {a,b} ${unique} !#`],
  ['with line breaks and control characters', (unique) => `a\r\nb\t${unique}\u0001\u007f`],
  ['like a property of every object', (unique) => `__proto__.constructor[${unique}]`],
  ['like a URL', (unique) => `https://user:pw@host:1/${unique}?a=b&c=%20#d`],
];

const lookalikes: ReadonlyArray<readonly [what: string, pair: (unique: string) => readonly [string, string]]> = [
  ['case', (unique) => [`Id-${unique}`, `iD-${unique}`]],
  ['the last of 1,024 characters', (unique) => [`${unique.padEnd(1_023, 'x')}1`, `${unique.padEnd(1_023, 'x')}2`]],
  ['a space at the end', (unique) => [unique, `${unique} `]],
  ['a dash and an underscore', (unique) => [`a-${unique}`, `a_${unique}`]],
  ['how an umlaut is composed', (unique) => [`\u00e4-${unique}`, `a\u0308-${unique}`]],
  ['percent-encoding', (unique) => [`a/${unique}`, `a%2F${unique}`]],
];

/** What every backend promises about ids. */
export const identifierPromises: readonly ContractPromise[] = [
  ...awkwardIds.map(([what, id]) => wholeLife(what, id)),
  ...lookalikes.map(([what, pair]) => stayApart(what, pair)),
];

function wholeLife(what: string, id: (unique: string) => string): ContractPromise {
  return {
    name: `ids ${what} live a whole life`,
    async keep(subject) {
      const story: Parameters<typeof withInstance>[1] = async (instance) => {
        await instance.provision();
        if (subject.bindable) {
          const binding = instance.binding(id(randomUUID()));
          await binding.bind();
          await binding.unbind();
          await ensureRefused(binding.unbind(), 'Gone');
        }
        await instance.deprovision();
        await ensureRefused(instance.deprovision(), 'Gone');
      };
      await withInstance(subject, story, { instanceId: id(randomUUID()) });
    },
  };
}

function stayApart(what: string, pair: (unique: string) => readonly [string, string]): ContractPromise {
  return {
    name: `two instances whose ids differ only in ${what} are two`,
    keep(subject) {
      const [firstId, secondId] = pair(randomUUID());
      return withInstance(
        subject,
        (first) =>
          withInstance(
            subject,
            async (second) => {
              await first.provision();
              await second.provision();
              await first.deprovision();
              if (subject.bindable) await second.binding().bind();
              await second.deprovision();
            },
            { instanceId: secondId },
          ),
        { instanceId: firstId },
      );
    },
  };
}
