import type { Credentials, NamedSecret } from '@relay/core';
import { createAcceptedSecrets } from './accepted-secrets.ts';
import type { HeadCheck } from './gate.ts';
import { headerText } from './header-bytes.ts';
import { textOf } from './json-body.ts';
import { parameterOf, pathOf } from './request-target.ts';

/** The secret behind the endpoint's path and a slash. */
export function createPathCheck(secrets: readonly string[], path: string): HeadCheck {
  const accepted = createAcceptedSecrets('verify.path', secrets);
  const start = path.endsWith('/') ? path : `${path}/`;
  return ({ target }) => {
    const given = pathOf(target);
    const passes = given.startsWith(start) && accepted(given.slice(start.length));
    return passes ? undefined : "Put one of verify.path of this endpoint behind the endpoint's path";
  };
}

export function createQueryCheck({ name, secrets }: NamedSecret): HeadCheck {
  const accepted = createAcceptedSecrets('verify.query', secrets);
  return ({ target }) => {
    const given = parameterOf(target, name);
    const passes = given !== undefined && accepted(given);
    return passes
      ? undefined
      : 'Send the query parameter of verify.query of this endpoint once, with one of its secrets';
  };
}

export function createHeaderCheck({ name, secrets }: NamedSecret): HeadCheck {
  const accepted = createAcceptedSecrets('verify.header', secrets);
  const header = name.toLowerCase();
  return ({ headers }) => {
    const given = headerText(headers, header);
    const passes = given !== undefined && accepted(given);
    return passes ? undefined : 'Send the header of verify.header of this endpoint once, with one of its secrets';
  };
}

/** RFC 7617: what stands before the first colon is the username, so a password may have more of them. */
export function createBasicCheck(credentials: readonly Credentials[]): HeadCheck {
  const pairs = credentials.map(({ username, password }) => `${username}:${password}`);
  const accepted = createAcceptedSecrets('verify.basic', pairs);
  return ({ headers }) => {
    const given = authorization(headerText(headers, 'authorization'), 'basic');
    const passes = given !== undefined && base64.test(given) && accepted(textOf(Buffer.from(given, 'base64')));
    return passes ? undefined : 'Send HTTP Basic with a username and password of verify.basic of this endpoint';
  };
}

/** Decoding would stop at what is none, and so pick the first of two. */
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** RFC 6750, in the header only. */
export function createBearerCheck(tokens: readonly string[]): HeadCheck {
  const accepted = createAcceptedSecrets('verify.bearer', tokens);
  return ({ headers }) => {
    const given = authorization(headerText(headers, 'authorization'), 'bearer');
    const passes = given !== undefined && accepted(given);
    return passes ? undefined : 'Send Authorization: Bearer with a token of verify.bearer of this endpoint';
  };
}

/** What follows the scheme, whose case does not matter. */
function authorization(header: string | undefined, scheme: string): string | undefined {
  const [name = '', given] = header?.split(/ +(.*)/s, 2) ?? [];
  return name.toLowerCase() === scheme ? given : undefined;
}
