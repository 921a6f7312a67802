import { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

/** What is wrong with a member, in words that need no knowledge of the schema. For use as `error` of a parse. */
export function plainWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of: ${issue.values.join(', ')}`;
    case 'unrecognized_keys':
      return `takes no ${issue.keys.map((key) => `"${key}"`).join(', ')}; it takes ${knownKeys(issue)}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string' ? `must have at most ${issue.maximum} characters` : `must be at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a JSON object',
  record: 'a JSON object',
  string: 'a string',
};

function knownKeys({ inst }: Issue): string {
  const known = inst instanceof z.ZodObject ? Object.keys(inst.shape) : [];
  return known.length > 0 ? known.join(', ') : 'none';
}
