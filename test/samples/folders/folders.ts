import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BrokerError,
  done,
  toRawJson,
  type BindingCall,
  type BindingRef,
  type BindingResult,
  type BindRequest,
  type Call,
  type InstanceRef,
  type InstanceResult,
  type Outcome,
  type ProvisionRequest,
  type ServiceBackend,
} from '#sdk';
import { CATALOG } from './catalog.js';

/** Instances are folders, bindings are key files. The folders are the only record: nothing is kept in memory. */
export class Folders implements ServiceBackend {
  // Two binds of one instance write two files: they may run side by side.
  readonly capabilities = {};

  constructor(private readonly root: string) {}

  async catalog(): Promise<unknown> {
    return CATALOG;
  }

  async provision(request: ProvisionRequest, { operationId, state }: Call): Promise<Outcome<InstanceResult>> {
    const isSentAgain = state.get('operation') === operationId;
    await state.put('operation', String(operationId));
    try {
      await mkdir(this.folderOf(request));
    } catch (error) {
      // Sent again, it finds its own folder and is content. What another operation made may hold somebody's data.
      if (codeOf(error) !== 'EEXIST') throw error;
      if (!isSentAgain) throw new BrokerError('Conflict', 'There is a folder of this id already.');
    }
    return done({});
  }

  async update(): Promise<never> {
    throw new BrokerError('UpdateNotSupported', 'A folder has nothing that could be changed.');
  }

  async deprovision(request: InstanceRef): Promise<Outcome<void>> {
    await unlessMissing(rm(this.folderOf(request), { recursive: true }), 'Gone', 'The folder does not exist.');
    return done(undefined);
  }

  async bind(request: BindRequest, { bindingState }: BindingCall): Promise<Outcome<BindingResult>> {
    const key = bindingState.get('key') ?? randomBytes(24).toString('base64url');
    // Kept before it is used: whatever happens next, the same bind sent again gives the same key.
    await bindingState.put('key', key);
    const write = writeFile(this.keyFileOf(request), key, { mode: 0o600 });
    await unlessMissing(write, 'NotFound', 'The folder does not exist.');
    return done({ credentials: toRawJson({ folder: this.folderOf(request), key }) });
  }

  async unbind(request: BindingRef): Promise<Outcome<void>> {
    await unlessMissing(rm(this.keyFileOf(request)), 'Gone', 'The key does not exist.');
    return done(undefined);
  }

  // Never called: no capability promises the fetches, and nothing is ever `accepted`.
  fetchInstance = notOffered;
  fetchBinding = notOffered;
  lastInstanceOperation = notOffered;
  lastBindingOperation = notOffered;

  private folderOf({ instanceId }: InstanceRef): string {
    return join(this.root, fileName(instanceId));
  }

  private keyFileOf(request: BindingRef): string {
    return join(this.folderOf(request), `${fileName(request.bindingId)}.key`);
  }
}

/** Ids have up to 1,024 characters of any kind, `../` too, and differ in case: a digest makes a name of each. */
function fileName(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}

/** Only what is known is said: any other error of the disk is thrown on, and the gateway finds out what exists. */
async function unlessMissing(work: Promise<void>, code: 'Gone' | 'NotFound', description: string): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new BrokerError(code, description);
    throw error;
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

async function notOffered(): Promise<never> {
  throw new BrokerError('MethodNotAllowed', 'This backend does not offer this.');
}
