import type { Area } from '../row.js';
import { boundAgain } from './binding-again.js';
import { bindBodies } from './binding-bodies.js';
import { bindPermissions } from './binding-permissions.js';
import { bindResults } from './binding-results.js';

/** Binding. */
export const binding: Area = { code: 'BND', rows: [...boundAgain, ...bindBodies, ...bindPermissions, ...bindResults] };
