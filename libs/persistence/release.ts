/** The release of this code, compared with the marker an older or newer schema carries. */
export const RELEASE = '0.1.0';

/** Below zero where the first is older, above where it is newer; `major.minor.patch` both. */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [a, b].map((release) => release.split('.').map(Number));
  const differing = left?.findIndex((part, index) => part !== right?.[index]) ?? -1;
  return differing === -1 ? 0 : (left?.[differing] ?? 0) - (right?.[differing] ?? 0);
}
