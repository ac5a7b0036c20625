import { randomInt } from 'node:crypto';
import type { Endpoint, Verify } from '@relay/core';
import { isForgeable, type ProfileName, type SimulateOptions, type VendorName, vendors } from '@relay/simulators';
import { openConfiguration } from './configuration.ts';
import { exitCodes, Failure } from './failure.ts';
import type { Place } from './place.ts';
import { hashFlags, inBodyFlags, type SecretFlags, spelled, verifyFrom } from './simulate-secrets.ts';
import { findEndpoint, type Ingest, ingestOf } from './target.ts';

/** As commander gives them. */
export interface SimulateFlags extends SecretFlags {
  readonly to?: string;
  readonly endpoint?: string;
  readonly config?: string;
  readonly count: number;
  readonly rate?: number;
  readonly concurrency: number;
  readonly seed?: number;
  readonly profile?: ProfileName;
  readonly speed?: number;
  readonly devices?: number;
  readonly service?: readonly string[];
  readonly batch?: number;
  readonly late?: number;
  readonly rotate?: boolean;
  readonly forge?: number;
  readonly repeat?: number;
  readonly forwardedFor?: boolean;
  readonly json?: boolean;
}

/** What the flags, the environment and the configuration come to. */
export async function simulateOptions(
  vendor: VendorName,
  flags: SimulateFlags,
  place: Place,
): Promise<SimulateOptions & { readonly verify: Verify }> {
  refuseForeign(vendor, flags);
  refuseServices(vendor, flags.service ?? []);
  const { url, certificate, publicUrl, verify } = await target(vendor, flags, place);
  if (flags.forge && !isForgeable(verify)) throw wrongUse('--forge: no secret is known that could be wrong.');
  if (flags.rotate && verify.credentials.length < 2)
    throw wrongUse('--rotate: two passwords are needed, in verify.credentials or as --password and --old-password.');
  return {
    vendor,
    url,
    certificate,
    verify,
    seed: flags.seed ?? randomInt(2 ** 31),
    count: flags.count,
    devices: flags.devices,
    services: flags.service,
    batch: flags.batch,
    lateShare: flags.late,
    forgedShare: flags.forge,
    repeatedShare: flags.repeat,
    rotate: flags.rotate,
    forwardedFor: flags.forwardedFor,
    perSecond: flags.rate,
    concurrency: flags.concurrency,
    profile: flags.profile,
    speed: flags.speed,
    publicUrl,
  };
}

const thingspaces: readonly VendorName[] = ['thingspace', 'thingspace-soap'];
const secretFlags = [...inBodyFlags, ...hashFlags, 'secretHeader'] as const;

/** Flags that mean nothing to the other vendors. */
const belongs: Partial<Record<keyof SimulateFlags, readonly VendorName[]>> = {
  devices: thingspaces,
  service: thingspaces,
  rotate: thingspaces,
  forwardedFor: thingspaces,
  username: thingspaces,
  password: thingspaces,
  oldPassword: thingspaces,
  batch: ['voximplant'],
  salt: ['voximplant'],
  accountId: ['voximplant'],
  apiKey: ['voximplant'],
  late: ['ixc-acs'],
};

function refuseForeign(vendor: VendorName, flags: SimulateFlags): void {
  for (const [flag, owners] of Object.entries(belongs)) {
    if (flag in flags && !owners.includes(vendor)) {
      throw wrongUse(`${spelled(flag)} is for ${owners.join(' and ')}, not for ${vendor}.`);
    }
  }
}

function refuseServices(vendor: VendorName, services: readonly string[]): void {
  const known = vendors[vendor].services;
  const unknown = services.find((service) => !known.includes(service));
  if (unknown !== undefined) throw wrongUse(`--service: ${vendor} is simulated for ${known.join(', ')}.`);
}

interface Target extends Partial<Ingest> {
  readonly url: string;
  readonly publicUrl?: string | undefined;
  readonly verify: Verify;
}

async function target(vendor: VendorName, flags: SimulateFlags, place: Place): Promise<Target> {
  if (flags.endpoint === undefined) {
    if (flags.to === undefined)
      throw wrongUse('Where to? Name an --endpoint of the configuration, or a URL with --to.');
    return { url: flags.to, verify: verifyFrom(vendor, flags, place) };
  }
  const given = secretFlags.find((flag) => flag in flags);
  if (given !== undefined) throw wrongUse(`${spelled(given)}: the secrets of --endpoint are in the configuration.`);
  const configuration = await openConfiguration(place, flags.config);
  const endpoint = findEndpoint(configuration, flags.endpoint);
  if (endpoint.source !== vendor)
    throw wrongUse(`${endpoint.name} is an endpoint of ${endpoint.source}, not of ${vendor}.`);
  if (flags.to !== undefined) return { url: flags.to, publicUrl: endpoint.url, verify: withoutUrl(endpoint) };
  return { ...ingestOf(configuration, endpoint), publicUrl: endpoint.url, verify: endpoint.verify };
}

/** A URL as it would be registered has the secrets that belong there. */
function withoutUrl({ verify: { path, query, ...verify } }: Endpoint): Verify {
  return verify;
}

function wrongUse(sentence: string): Failure {
  return new Failure(sentence, exitCodes.wrongUse);
}
