import type { Device, Endpoint, Facts } from '@relay/core';
import { addDevice, factsFrom, maxDevices } from '../facts.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';
import { nameFrom } from '../name.ts';

/** What a callback tells, as far as its shape is known. What the endpoint says of account and service goes first. */
export function thingspaceFacts(callback: JsonObject, endpoint: Pick<Endpoint, 'account' | 'service'>): Facts {
  const devices: Device[] = [];
  addDevices(devices, callback);
  let part: Part | undefined;
  for (const name of Object.keys(callback)) {
    const value = callback[name];
    if (isJsonObject(value)) addDevicesWithin(devices, value);
    if (part === undefined && value !== null && !envelope.has(name)) part = partOf(name, value);
  }

  return factsFrom({
    account: accountOf(callback, endpoint) ?? nameFrom(part?.accountName),
    service: endpoint.service ?? services.get(part?.wrapper ?? '') ?? services.get(part?.name ?? ''),
    type: nameFrom(part?.name),
    correlationId: nameFrom(callback.requestId),
    status: nameFrom(callback.status),
    devices,
  });
}

function accountOf(callback: JsonObject, { account }: Pick<Endpoint, 'account'>): string | undefined {
  return typeof account === 'object' ? nameFrom(callback.username) : account;
}

/** What makes the news: `activateResponse`, `faultResponse`, `smsMessage`, …, some of them in a wrapper. */
interface Part {
  readonly name: string;
  readonly wrapper?: string;
  readonly accountName?: unknown;
}

const wrappers: ReadonlySet<string> = new Set(['deviceResponse', 'niddResponse']);

const envelope: ReadonlySet<string> = new Set([
  'username',
  'password',
  'requestId',
  'deviceIds',
  'status',
  'callbackCount',
  'maxCallbackThreshold',
]);

function partOf(name: string, value: unknown): Part {
  return (wrappers.has(name) && isJsonObject(value) && wrappedPart(name, value)) || { name };
}

function wrappedPart(wrapper: string, wrapped: JsonObject): Part | undefined {
  for (const [name, value] of Object.entries(wrapped)) {
    if (value !== null) return { name, wrapper, accountName: isJsonObject(value) ? value.accountName : undefined };
  }
  return undefined;
}

/**
 * A body does not name its service, but these parts and wrappers give it away. Not so a fault, a comment, or
 * `suspendResponse`, which more than one service may send.
 */
const services: ReadonlyMap<string, string> = new Map([
  ['activateResponse', 'CarrierService'],
  ['changeIdentifierResponse', 'CarrierService'],
  ['deactivateResponse', 'CarrierService'],
  ['restoreResponse', 'CarrierService'],
  ['niddResponse', 'NiddService'],
  ['prlInformationResponse', 'DevicePRLInformation'],
  ['smsDeliveryResponse', 'SMSDeliveryConfirmation'],
  ['smsMessage', 'EnhancedConnectivityService'],
  ['usageResponse', 'DeviceUsage'],
]);

function addDevicesWithin(devices: Device[], part: JsonObject): void {
  addDevices(devices, part);
  for (const inner of Object.values(part)) if (isJsonObject(inner)) addDevices(devices, inner);
}

function addDevices(devices: Device[], { deviceIds }: JsonObject): void {
  if (!Array.isArray(deviceIds)) return;
  for (let at = 0; at < Math.min(deviceIds.length, maxDevices); at += 1) {
    if (devices.length === maxDevices) return;
    const device: unknown = deviceIds[at];
    if (!isJsonObject(device)) continue;
    const id = nameFrom(device.id);
    const kind = nameFrom(device.kind)?.toLowerCase();
    if (id !== undefined && kind !== undefined) addDevice(devices, { id, kind });
  }
}
