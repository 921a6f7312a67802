import type { StrategyCreatedStatic } from 'passport';
import { BasicStrategy } from 'passport-http';
import { parseBasicHeader } from '../credentials/basic-header.js';
import { CHALLENGE, REALM } from './challenge.js';

type Verify = (
  request: unknown,
  username: string,
  password: string,
  done: (error: unknown, user?: Express.User | false) => void,
) => void;

/**
 * passport-http's strategy with its own reading of the header. passport-http 0.3.0 cuts a password at its second colon,
 * takes one that begins with a colon for none, `NotBasic` for Basic, and answers 400 to what it cannot read.
 */
export class BasicHeaderStrategy extends BasicStrategy {
  /** Given by passport to each request's copy of the strategy. */
  declare readonly success: StrategyCreatedStatic['success'];
  declare readonly fail: StrategyCreatedStatic['fail'];
  declare readonly error: StrategyCreatedStatic['error'];

  // Not a #private field: passport works on objects made with Object.create, which have none.
  constructor(private readonly verifyCredentials: Verify) {
    super({ realm: REALM, passReqToCallback: true }, verifyCredentials);
  }

  override authenticate(request: Parameters<BasicStrategy['authenticate']>[0]): void {
    const credentials = parseBasicHeader(request.headers.authorization);
    if (credentials === undefined) return this.fail(CHALLENGE);
    const { username, password } = credentials;
    this.verifyCredentials(request, username, password, (error, user) => {
      if (error) return this.error(error);
      if (!user) return this.fail(CHALLENGE);
      return this.success(user);
    });
  }
}
