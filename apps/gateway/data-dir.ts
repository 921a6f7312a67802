import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '#config';
import { generatePassword, generateSealingKeys, parseSealingKeys } from '#security';
import { z } from 'zod';

const Passwords = z.object({ admin: z.string().min(1), platform: z.string().min(1) });

/** What the gateway makes up for itself and must find again: files only their owner can read, in `DATA_DIR`. */
export class DataDir {
  private constructor(private readonly path: string) {}

  /** @throws ConfigurationError where there can be no such folder */
  static async open(path: string): Promise<DataDir> {
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw unusable(path, error);
    }
    return new DataDir(path);
  }

  get credentialsFile(): string {
    return join(this.path, 'credentials.json');
  }

  /** Of the embedded server for the record. */
  get postgresDir(): string {
    return join(this.path, 'postgres');
  }

  /** Of the embedded server for tenants. */
  get tenantsDir(): string {
    return join(this.path, 'tenants');
  }

  async sealingKeys(): Promise<string> {
    const { text } = await this.keep('sealing-keys', generateSealingKeys);
    try {
      parseSealingKeys(text);
    } catch {
      const file = join(this.path, 'sealing-keys');
      throw new ConfigurationError(`DATA_DIR: ${file} is damaged. Put it back: what it sealed can be read with it alone.`);
    }
    return text;
  }

  /** Generated logins: made once, kept, and told to the operator only when they are new. */
  async credentials(): Promise<{ admin: string; platform: string; isNew: boolean }> {
    const { text, isNew } = await this.keep('credentials.json', () =>
      JSON.stringify({ admin: generatePassword(), platform: generatePassword() }),
    );
    return { ...readPasswords(text, this.credentialsFile), isNew };
  }

  /** What is in the file, or what is made for it. It appears whole: neither a crash nor a second gateway tears it. */
  private async keep(name: string, make: () => string): Promise<{ text: string; isNew: boolean }> {
    const file = join(this.path, name);
    const draft = `${file}-${process.pid}`;
    try {
      const kept = await readIfThere(file);
      if (kept !== undefined) return { text: kept, isNew: false };
      const text = make();
      await writeDurably(draft, `${text}\n`);
      const isNew = await appears(draft, file);
      return isNew ? { text, isNew } : { text: (await readIfThere(file)) ?? text, isNew };
    } catch (error) {
      throw unusable(file, error);
    } finally {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }
}

function unusable(path: string, error: unknown): ConfigurationError {
  const { code } = error as NodeJS.ErrnoException;
  return new ConfigurationError(
    `DATA_DIR: ${path} cannot be used (${code}). Point DATA_DIR to a folder this account may write.`,
  );
}

function readPasswords(text: string, file: string): z.output<typeof Passwords> {
  try {
    return Passwords.parse(JSON.parse(text));
  } catch {
    throw new ConfigurationError(
      `DATA_DIR: ${file} is damaged. Put it back, or remove it: new passwords are made at the next start.`,
    );
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** False where another gateway was faster: its file stays. */
async function appears(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
