import { loadConfigFile, readConfigFile } from './config-file.js';
import { ConfigurationError } from './configuration-error.js';

const ENV = { PG_PASSWORD: 'pa"ss: #word', HOST_PART: 'db' };

function refusal(text: string): string {
  try {
    readConfigFile(text, ENV, 'gateway.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error('the file was not refused');
}

describe('a configuration file', () => {
  test('declares backends and platforms', () => {
    const text = `
backends:
  - name: orders-db
    type: postgresql
    settings:
      host: \${HOST_PART}.internal
      port: 5432
      password: \${PG_PASSWORD}
      tls: true
      extensions: [a, b]
  - { name: legacy, type: osb, enabled: false }
platforms:
  - { name: cf-eu, kind: cloudfoundry, username: cf, password: "\${PG_PASSWORD}" }
  - { name: k8s, username: k8s, password: secret }
`;
    expect(readConfigFile(text, ENV)).toEqual({
      backends: [
        {
          name: 'orders-db',
          type: 'postgresql',
          enabled: true,
          settings: { host: 'db.internal', port: 5432, password: 'pa"ss: #word', tls: true, extensions: ['a', 'b'] },
        },
        { name: 'legacy', type: 'osb', enabled: false, settings: {} },
      ],
      platforms: [
        { name: 'cf-eu', kind: 'cloudfoundry', username: 'cf', password: 'pa"ss: #word' },
        { name: 'k8s', kind: 'other', username: 'k8s', password: 'secret' },
      ],
    });
  });

  test.each(['', '# nothing yet\n', 'backends:\n', '{}'])('may declare nothing: %j', (text) => {
    expect(readConfigFile(text, ENV)).toEqual({ backends: [], platforms: [] });
  });

  test('has a plain "${" where it is written with two dollars', () => {
    const text = 'backends: [{ name: a, type: b, settings: { template: "$${PG_PASSWORD} costs $$5 and $6" } }]';
    expect(readConfigFile(text, ENV).backends[0]?.settings).toEqual({ template: '${PG_PASSWORD} costs $$5 and $6' });
  });

  test('is not searched for references in what a variable brought in', () => {
    const text = 'backends: [{ name: a, type: b, settings: { value: "${TRICKY}" } }]';
    const [backend] = readConfigFile(text, { TRICKY: '${PG_PASSWORD}' }).backends;
    expect(backend?.settings).toEqual({ value: '${PG_PASSWORD}' });
  });
});

describe('a mistake in a configuration file is told with its place', () => {
  const first = 'backends:\n  - name: orders-db\n    type: postgresql\n';

  test.each([
    [
      'a variable that is not set',
      `${first}    settings:\n      host: db\n      password: \${NO_SUCH}\n`,
      'gateway.yaml:6: backends[0].settings.password refers to the variable NO_SUCH, which is not set. ' +
        'Set NO_SUCH in the environment.',
    ],
    [
      'a reference that is not closed',
      `${first}    settings: { password: "\${PG_PASSWORD" }\n`,
      'gateway.yaml:4: backends[0].settings.password has "${" but no variable\'s name and "}" after it. ' +
        'Plain text is "$${".',
    ],
    [
      'an unknown key of a backend',
      `${first}    setings: {}\n`,
      'gateway.yaml:4: backends[0].setings is not a known key; known here are: name, type, enabled, settings.',
    ],
    [
      'an unknown key of a platform',
      'platforms:\n  - name: a\n    username: b\n    password: c\n    sort: d\n',
      'gateway.yaml:5: platforms[0].sort is not a known key; known here are: name, kind, username, password.',
    ],
    [
      'an unknown key at the top',
      'backend: []\n',
      'gateway.yaml:1: backend is not a known key; known here are: backends, platforms.',
    ],
    ['a missing type', 'backends:\n  - name: a\n', 'gateway.yaml:2: backends[0].type is missing.'],
    ['an empty type', 'backends:\n  - name: a\n    type: ""\n', 'gateway.yaml:3: backends[0].type must not be empty.'],
    [
      'a name in capitals',
      'backends:\n  - type: a\n    name: Orders\n',
      'gateway.yaml:3: backends[0].name must be 1 to 63 lower-case letters, digits or "-", with no "-" at either end.',
    ],
    ['a name of 64', `backends:\n  - type: a\n    name: ${'a'.repeat(64)}\n`, ':3: backends[0].name must be'],
    ['a word for a switch', `${first}    enabled: maybe\n`, ':4: backends[0].enabled must be true or false.'],
    ['a list for settings', `${first}    settings: [a]\n`, 'gateway.yaml:4: backends[0].settings must be a map.'],
    [
      'a kind nobody knows',
      'platforms:\n  - { name: a, username: b, password: c, kind: cf }\n',
      'gateway.yaml:2: platforms[0].kind must be one of: cloudfoundry, korifi, kubernetes, crossplane, other.',
    ],
    [
      'a name given twice',
      `${first}  - name: other\n    type: osb\n  - type: osb\n    name: orders-db\n`,
      'gateway.yaml:7: backends[2].name "orders-db" is given twice; rename one of them.',
    ],
    ['a list for the file', '- a\n', 'gateway.yaml:1: the file must be a map.'],
    ['a broken list', 'backends: [\n', 'gateway.yaml:2:1: not valid YAML: '],
    ['a repeated key', `${first}    type: osb\n`, 'gateway.yaml:4:5: not valid YAML: Map keys must be unique.'],
    ['an anchor that is not there', 'backends: *all\n', 'gateway.yaml: not valid YAML: Unresolved alias'],
    ['an anchor around its own alias', 'backends: &all [*all]\n', ':1: backends[0] is nested deeper than 64 levels.'],
  ])('%s', (_what, text, message) => {
    expect(refusal(text)).toContain(message);
    expect(refusal(text)).not.toContain('\n');
  });

  test('a mistake behind a reference does not show what the variable held', () => {
    const text = 'backends:\n  - name: ${PG_PASSWORD}\n    type: osb\n';
    expect(refusal(text)).toContain('backends[0].name must be');
    expect(refusal(text)).not.toContain('pa"ss');
  });
});

test('a configuration file that is not there is told by its path', async () => {
  await expect(loadConfigFile('/no/such.yaml')).rejects.toThrow(
    'CONFIG_FILE names "/no/such.yaml", which cannot be read (ENOENT). Correct the path.',
  );
});
