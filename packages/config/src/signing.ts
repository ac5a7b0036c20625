import type { SignedForSubscriber, Signing } from '@relay/core';
import { decodeKeys, type KeyForm } from './hmac-key.ts';
import type { Fault } from './mistake.ts';
import { type DecodedKey, decodePrivateKey, decodeSigningSecret } from './signing-secret.ts';

/** `sign` of a subscriber as it is written, each key by itself sound. */
export interface WrittenSigning {
  readonly secret?: readonly string[];
  readonly privateKey?: readonly string[];
  readonly key?: KeyForm;
  readonly algorithm?: HmacSigning['algorithm'];
  readonly encoding?: HmacSigning['encoding'];
  readonly prefix?: string;
  readonly separator?: string;
  readonly signed?: readonly SignedForSubscriber[];
  readonly timestamp?: HmacSigning['timestamp'];
}

type HmacSigning = Extract<Signing, { kind: 'hmac' }>;
type Made = Signing | { readonly faults: readonly Fault[] };

const keysOfHmac = ['key', 'algorithm', 'encoding', 'prefix', 'separator', 'signed', 'timestamp'] as const;

/** What has no `header`. */
export function standardSigning(written: WrittenSigning): Made {
  const secrets = decodeEach('secret', written.secret, decodeSigningSecret);
  const privateKeys = decodeEach('privateKey', written.privateKey, decodePrivateKey);
  const faults = [
    ...keysOfHmac
      .filter((key) => written[key] !== undefined)
      .map((key) => fault('belongs to a signature in another style: write its header too, or leave this out', key)),
    ...secrets.faults,
    ...privateKeys.faults,
  ];
  if (!written.secret && !written.privateKey)
    faults.push(fault('says nothing to sign with: give secret or privateKey'));
  return faults.length > 0
    ? { faults }
    : { kind: 'standard-webhooks', secrets: secrets.keys, privateKeys: privateKeys.keys };
}

/** What has one. */
export function hmacSigning(written: WrittenSigning, headerName: string): Made {
  const { secret, key = 'text', algorithm, encoding, timestamp } = written;
  const { prefix = '', separator = '', signed = ['body'] } = written;
  const header = headerName.toLowerCase();
  const decoded = secret && decodeKeys(secret, key);
  const faults = [
    ...(written.privateKey ? [fault('belongs to Standard Webhooks, which has no header here', 'privateKey')] : []),
    ...(['secret', 'algorithm', 'encoding'] as const)
      .filter((needed) => written[needed] === undefined)
      .map((needed) => fault('is missing: a signature in a header of its own needs it', needed)),
    ...(decoded && 'fault' in decoded ? [fault(decoded.fault, 'secret')] : []),
    ...separatorFaults(header, { ...written, separator }),
    ...signedFaults(signed, timestamp),
  ];
  if (faults.length > 0 || !decoded || 'fault' in decoded || !algorithm || !encoding) return { faults };
  const { keys } = decoded;
  return {
    kind: 'hmac',
    header,
    algorithm,
    encoding,
    prefix,
    keys,
    separator,
    signed,
    ...(timestamp && { timestamp }),
  };
}

function fault(message: string, ...path: Fault['path']): Fault {
  return { path, message };
}

function decodeEach(name: string, texts: readonly string[] = [], decode: (text: string) => DecodedKey) {
  const decoded = texts.map(decode);
  return {
    keys: decoded.flatMap((each) => ('key' in each ? [each.key] : [])),
    faults: decoded.flatMap((each, index) =>
      'fault' in each ? [fault(each.fault, name, ...(texts.length > 1 ? [index] : []))] : [],
    ),
  };
}

function separatorFaults(header: string, { secret = [], separator, timestamp }: WrittenSigning): readonly Fault[] {
  const run = 'they would run together';
  return [
    ...(secret.length > 1 && separator === ''
      ? [fault(`is missing: without it ${run}, the signatures of several secrets`, 'separator')]
      : []),
    ...(timestamp?.header === header && timestamp.separator === ''
      ? [fault(`is missing: without it ${run}, the time and the signature in one header`, 'timestamp', 'separator')]
      : []),
  ];
}

function signedFaults(
  signed: readonly SignedForSubscriber[],
  timestamp: WrittenSigning['timestamp'],
): readonly Fault[] {
  return [
    ...(signed.includes('body') ? [] : [fault('must have {body} in it: otherwise any body would pass', 'signed')]),
    ...(timestamp === undefined || signed.includes('timestamp')
      ? []
      : [fault('is not signed, so anybody could write it: put {timestamp} into signed', 'timestamp')]),
  ];
}
