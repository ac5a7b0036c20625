import type { Device, Endpoint, Facts } from '@relay/core';
import { addDevice, factsFrom } from '../facts.ts';
import type { JsonObject } from '../json-body.ts';
import { nameFrom } from '../name.ts';
import type { VoximplantCallback } from './voximplant-callbacks.ts';

/** What a callback tells. Its news stand in a member named like its type, for some types twice one in the other (documented). */
export function voximplantFacts(
  { value, id, accountId }: VoximplantCallback,
  { account, service, verify }: Pick<Endpoint, 'account' | 'service' | 'verify'>,
): Facts {
  const { status, devices } = newsIn(value);
  return factsFrom({
    account: typeof account === 'string' ? account : (verify.callbackHash?.accountId ?? nameFrom(accountId)),
    service,
    type: nameFrom(value.type),
    correlationId: nameFrom(id),
    status,
    devices,
  });
}

/** What several callbacks agree on, with the devices of all. */
export function commonFacts(all: readonly Facts[]): Facts {
  const agreed = <Name extends keyof Facts>(name: Name): Facts[Name] | undefined => {
    const first = all[0]?.[name];
    return all.every((facts) => facts[name] === first) ? first : undefined;
  };
  const devices: Device[] = [];
  for (const facts of all) for (const device of facts.devices) addDevice(devices, device);
  return factsFrom({
    account: agreed('account'),
    service: agreed('service'),
    type: agreed('type'),
    correlationId: agreed('correlationId'),
    status: agreed('status'),
    devices,
  });
}

/** The documented names of what a callback is about. */
const deviceKinds: ReadonlyMap<string, string> = new Map([
  ['phone_number', 'phone_number'],
  ['source_number', 'phone_number'],
  ['destination_number', 'phone_number'],
  ['callerids', 'phone_number'],
  ['sip_registration_id', 'sip_registration'],
]);

/** The documented names of what has come of something. */
const statusNames: ReadonlySet<string> = new Set([
  'account_document_status',
  'regulation_address_status',
  'activation_status',
]);

/** Objects and lists that are looked into, the outer ones first: far more than a callback has. */
const maxParts = 256;

/** The first status, and the devices. */
function newsIn(callback: JsonObject): { status: string | undefined; devices: readonly Device[] } {
  let status: string | undefined;
  const devices: Device[] = [];
  const parts: object[] = [callback];
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) {
      const kind = deviceKinds.get(name);
      if (kind !== undefined) addDevices(devices, kind, value);
      else if (statusNames.has(name)) status ??= nameFrom(value);
      else if (typeof value === 'object' && value !== null && parts.length < maxParts) parts.push(value);
    }
  }
  return { status, devices };
}

function addDevices(devices: Device[], kind: string, value: unknown): void {
  for (const one of Array.isArray(value) ? value : [value]) {
    const id = nameFrom(Number.isSafeInteger(one) ? String(one) : one);
    if (id !== undefined) addDevice(devices, { id, kind });
  }
}
