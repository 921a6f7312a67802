import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';

/** A user of this machine. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Who runs this process. Undefined where the system has no such numbers. */
export function ourAccount(): Account | undefined {
  const [uid, gid] = [process.geteuid?.(), process.getegid?.()];
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** False for a bare number without a line in the user database, as some container platforms assign it. */
export function haveUserName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** The accounts of these names that exist here, in this order. */
export async function accountsNamed(...names: readonly string[]): Promise<Account[]> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  return names
    .map((name) => lines.find(([user]) => user === name))
    .filter((line) => line !== undefined)
    .map(([, , uid, gid]) => ({ uid: Number(uid), gid: Number(gid) }));
}

/** The owner of a file or folder. */
export async function ownerOf(path: string): Promise<Account> {
  const { uid, gid } = await stat(path);
  return { uid, gid };
}

/** The first folder above `path` that the account, with no special rights, cannot pass through. */
export async function obstacle({ uid, gid }: Account, path: string): Promise<string | undefined> {
  const parent = dirname(path);
  if (parent === path) return undefined;
  const folder = await stat(parent);
  const right = folder.uid === uid ? 0o100 : folder.gid === gid ? 0o010 : 0o001;
  return (await obstacle({ uid, gid }, parent)) ?? (folder.mode & right ? undefined : parent);
}
