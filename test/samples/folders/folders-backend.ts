import { z } from 'zod';
import type { BackendType } from '#sdk';
import { Folders } from './folders.js';

const settings = z.strictObject({
  root: z.string().min(1).describe('The folder in which every instance gets one of its own.'),
});

/** What the gateway installs. */
export const foldersBackend: BackendType<z.infer<typeof settings>> = {
  type: 'folders',
  description: 'A folder for each instance, a key file in it for each binding.',
  settings,
  create: ({ root }) => new Folders(root),
};
