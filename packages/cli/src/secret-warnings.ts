import type { Credentials, Endpoint } from '@relay/core';
import { enumerate } from './enumerate.ts';

const leastPassword = 8;
/** Of a username and of a password (documented). */
const mostOfThingspace = 40;
/** Documented; the error of a longer one says fewer than 40. */
const mostOfSalt = 40;

/** What is odd in the secrets that vendors are registered with. */
export function secretWarnings(endpoints: readonly Endpoint[]): readonly string[] {
  const guessable = namesOf(endpoints, ({ verify: { credentials, basic = [] } }) =>
    [...credentials, ...basic].some(({ password }) => password.length < leastPassword),
  );
  const long = namesOf(
    endpoints,
    ({ source, verify }) => source.startsWith('thingspace') && isLong(verify.credentials),
  );
  const salted = namesOf(endpoints, ({ verify }) =>
    (verify.callbackHash?.salts ?? []).some(({ length }) => length > mostOfSalt),
  );
  return [
    ...about(guessable, `A password shorter than ${leastPassword} characters could be guessed`),
    ...about(long, `ThingSpace takes usernames and passwords of ${mostOfThingspace} characters at most`),
    ...about(salted, `Voximplant takes salts of ${mostOfSalt} characters at most`),
  ];
}

function isLong(credentials: readonly Credentials[]): boolean {
  return credentials.some(({ username, password }) => Math.max(username.length, password.length) > mostOfThingspace);
}

function namesOf(endpoints: readonly Endpoint[], odd: (endpoint: Endpoint) => boolean): readonly string[] {
  return endpoints.filter(odd).map(({ name }) => name);
}

function about(names: readonly string[], sentence: string): readonly string[] {
  return names.length === 0 ? [] : [`${sentence}: ${enumerate(names)}.`];
}
