import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { orUnavailable } from './unavailable.js';

/** The entities, where speed is not what counts. A database that is away is told as `Sql` tells it. */
@Injectable()
export class Orm {
  constructor(private readonly database: DataSource) {}

  /** Each statement is a transaction of its own. */
  async run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await work(this.database.manager);
    } catch (error) {
      throw orUnavailable(error);
    }
  }

  /** Commits when the work returns, rolls back when it throws. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.run((manager) => manager.transaction(work));
  }
}
