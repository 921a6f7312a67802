/** What the log was told of each subject, so that the same is not told again and again. */
export class ToldOnce {
  private readonly told = new Map<string, string>();

  /** Whether this is another reason than the one told last. */
  isNews(subject: string, reason: string): boolean {
    if (this.told.get(subject) === reason) return false;
    this.told.set(subject, reason);
    return true;
  }

  /** It is over: the same reason is news again. */
  forget(subject: string): void {
    this.told.delete(subject);
  }

  keepOnly(subjects: ReadonlySet<string>): void {
    for (const subject of this.told.keys()) if (!subjects.has(subject)) this.forget(subject);
  }
}
