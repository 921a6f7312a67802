import 'reflect-metadata';
import { loadDatabaseUrl } from '#config';
import { createDatabase } from '#persistence';
import { migrations } from './all.js';

/** For TypeORM's own command line, on compiled output: `typeorm migration:show -d dist/migrations/data-source.js`. */
export default createDatabase({ url: loadDatabaseUrl(), migrations });
