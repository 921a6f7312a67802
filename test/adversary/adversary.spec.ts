import { FAMILIES } from './actions/families.js';
import { playAdversary } from './adversary.js';
import { describeViolation, summary } from './report.js';

/** Long enough for what a loaded machine needs; `npm run adversary` holds operations to a minute. */
const LIMIT_MS = 240_000;
const SECONDS = 15;
const families = FAMILIES.map(({ name }) => name);

test.each([
  { seed: 1, server: 'a server of its own for tenants', embedded: true },
  { seed: 2, server: 'a server with few resources', embedded: false },
])(
  'with $server, tenants with every right of a binding stop nobody, learn nothing and do not outlive their unbind',
  async ({ seed, embedded }) => {
    const size = { seconds: SECONDS, hostileTenants: 2, tenants: 2 };
    const report = await playAdversary({ seed, embedded, ...size, families, limitMs: LIMIT_MS });
    const { found } = report.violations;
    expect(found.length === 0 ? '' : [...found.map(describeViolation), summary(report)].join('\n')).toBe('');
    for (const kind of ['attacker unbind', 'attacker deprovision', 'tenant unbind', 'tenant deprovision']) {
      expect(report.durations.countOf(kind)).toBeGreaterThan(0);
    }
  },
  3 * LIMIT_MS,
);
