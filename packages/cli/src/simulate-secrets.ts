import type { NamedSecret, Verify } from '@relay/core';
import type { VendorName } from '@relay/simulators';
import { header } from './argument.ts';
import { exitCodes, Failure } from './failure.ts';
import type { Place } from './place.ts';

/** What the vendor knows, as options; each has a variable of the environment that it goes before. */
export interface SecretFlags {
  readonly username?: string;
  readonly password?: string;
  readonly oldPassword?: string;
  readonly salt?: string;
  readonly accountId?: string;
  readonly apiKey?: string;
  readonly secretHeader?: Readonly<Record<string, string>>;
}

export const inBodyFlags = ['username', 'password', 'oldPassword'] as const satisfies (keyof SecretFlags)[];
export const hashFlags = ['salt', 'accountId', 'apiKey'] as const satisfies (keyof SecretFlags)[];

/** The secrets given for a vendor, as an endpoint would verify them; half of what belongs together is a mistake. */
export function verifyFrom(vendor: VendorName, flags: SecretFlags, { environment }: Place): Verify {
  const given = (flag: (typeof inBodyFlags | typeof hashFlags)[number]) => flags[flag] ?? environment[variable(flag)];
  const secretHeader = flags.secretHeader ?? headerFrom(environment[variable('secretHeader')]);
  const common = { credentials: [], allow: [], ...(secretHeader && { header: namedSecret(secretHeader) }) };
  switch (vendor) {
    case 'thingspace':
    case 'thingspace-soap':
      return { ...common, credentials: credentialsFrom(given('username'), given('password'), given('oldPassword')) };
    case 'voximplant':
      return { ...common, ...hashFrom(given('salt'), given('accountId'), given('apiKey')) };
    case 'ixc-acs':
      return common;
  }
}

/** `accountId` as `--account-id`. */
export function spelled(flag: string): string {
  return `--${dashed(flag)}`;
}

function variable(flag: keyof SecretFlags): string {
  return `RELAY_SIMULATE_${dashed(flag).replaceAll('-', '_').toUpperCase()}`;
}

function dashed(flag: string): string {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function credentialsFrom(
  username: string | undefined,
  password: string | undefined,
  oldPassword: string | undefined,
): Verify['credentials'] {
  if (username === undefined && password === undefined && oldPassword === undefined) return [];
  if (username === undefined || password === undefined) throw together('--username and --password');
  const current = { username, password };
  return oldPassword === undefined ? [current] : [current, { username, password: oldPassword }];
}

function hashFrom(
  salt: string | undefined,
  accountId: string | undefined,
  apiKey: string | undefined,
): Pick<Verify, 'callbackHash'> {
  if (salt === undefined && accountId === undefined && apiKey === undefined) return {};
  if (salt === undefined || accountId === undefined || apiKey === undefined)
    throw together('--salt, --account-id and --api-key');
  return { callbackHash: { salts: [salt], accountId, apiKeys: [apiKey] } };
}

function together(flags: string): Failure {
  return new Failure(`${flags} (or their environment variables) belong together.`, exitCodes.wrongUse);
}

function headerFrom(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  try {
    return header(text);
  } catch {
    throw new Failure(`${variable('secretHeader')} has to be name=value, in ASCII.`, exitCodes.wrongUse);
  }
}

function namedSecret(header: Readonly<Record<string, string>>): NamedSecret {
  const [[name, secret] = ['', '']] = Object.entries(header);
  return { name, secrets: [secret] };
}
