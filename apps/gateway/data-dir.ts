import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatePassword, generateSealingKeys } from '#security';

/** What the gateway makes up for itself and must find again: files only their owner can read, in `DATA_DIR`. */
export class DataDir {
  private constructor(private readonly path: string) {}

  static async open(path: string): Promise<DataDir> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return new DataDir(path);
  }

  get credentialsFile(): string {
    return join(this.path, 'credentials.json');
  }

  get postgresDir(): string {
    return join(this.path, 'postgres');
  }

  sealingKeys(): Promise<string> {
    return this.keep('sealing-keys', async () => generateSealingKeys());
  }

  /** Generated logins: made once, kept, and told to the operator only when they are new. */
  async credentials(): Promise<{ admin: string; platform: string; isNew: boolean }> {
    let isNew = false;
    const text = await this.keep('credentials.json', async () => {
      isNew = true;
      return JSON.stringify({ admin: generatePassword(), platform: generatePassword() });
    });
    const { admin, platform } = JSON.parse(text) as { admin: string; platform: string };
    return { admin, platform, isNew };
  }

  private async keep(name: string, make: () => Promise<string>): Promise<string> {
    const file = join(this.path, name);
    try {
      return (await readFile(file, 'utf8')).trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const text = await make();
    await writeFile(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
    return text;
  }
}
