import type { Device, Endpoint, Facts } from '@relay/core';
import { addDevice, factsFrom, maxDevices } from '../facts.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';
import { type JsonPart, nameIn, partAt, wholePart } from '../json-part.ts';
import { nameFrom } from '../name.ts';

/** What a callback tells, as far as its shape is known. What the endpoint says of account and service goes first. */
export function thingspaceFacts(
  body: Buffer,
  value: JsonObject,
  endpoint: Pick<Endpoint, 'account' | 'service'>,
): Facts {
  const callback = wholePart(body, value);
  const news = newsOf(value);
  return factsFrom({
    account: accountOf(callback, endpoint) ?? (news && accountNamed(callback, news)),
    service: endpoint.service ?? services.get(news?.wrapper?.name ?? '') ?? services.get(news?.name ?? ''),
    type: nameFrom(news?.name),
    correlationId: nameIn(callback, 'requestId'),
    status: nameIn(callback, 'status'),
    devices: devicesOf(callback),
  });
}

function accountOf(callback: JsonPart<JsonObject>, { account }: Pick<Endpoint, 'account'>): string | undefined {
  return typeof account === 'object' ? nameIn(callback, 'username') : account;
}

/** Only parts in a wrapper are known to name their account. */
function accountNamed(callback: JsonPart<JsonObject>, { name, wrapper, value }: News): string | undefined {
  if (wrapper === undefined || !isJsonObject(value)) return undefined;
  return nameIn(partAt(partAt(callback, wrapper.name, wrapper.value), name, value), 'accountName');
}

/** What makes the news: `activateResponse`, `faultResponse`, `smsMessage`, …, some of them in a wrapper. */
interface News {
  readonly name: string;
  readonly wrapper?: { readonly name: string; readonly value: JsonObject };
  readonly value: unknown;
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

function newsOf(callback: JsonObject): News | undefined {
  return firstOf(callback, (name, value) => (envelope.has(name) ? undefined : partOf(name, value)));
}

function partOf(name: string, value: unknown): News {
  if (!wrappers.has(name) || !isJsonObject(value)) return { name, value };
  const wrapper = { name, value };
  return firstOf(value, (inner, part) => ({ name: inner, wrapper, value: part })) ?? { name, value: null };
}

/** One that holds something, else one that is there: a serialiser may write members that nobody has filled. */
function firstOf(told: JsonObject, newsAt: (name: string, value: unknown) => News | undefined): News | undefined {
  let first: News | undefined;
  for (const name of Object.keys(told)) {
    const value = told[name];
    const news = value === null ? undefined : newsAt(name, value);
    if (news === undefined) continue;
    if (holdsAnything(news.value)) return news;
    first ??= news;
  }
  return first;
}

function holdsAnything(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== null;
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

/** Those of the envelope, of its parts and of what stands in these. */
function devicesOf(callback: JsonPart<JsonObject>): Device[] {
  const devices: Device[] = [];
  addDevices(devices, callback);
  for (const name of Object.keys(callback.value)) {
    const value = callback.value[name];
    if (isJsonObject(value)) addDevicesWithin(devices, partAt(callback, name, value));
  }
  return devices;
}

function addDevicesWithin(devices: Device[], part: JsonPart<JsonObject>): void {
  addDevices(devices, part);
  for (const name of Object.keys(part.value)) {
    const value = part.value[name];
    if (isJsonObject(value)) addDevices(devices, partAt(part, name, value));
  }
}

function addDevices(devices: Device[], part: JsonPart<JsonObject>): void {
  const { deviceIds } = part.value;
  if (!Array.isArray(deviceIds)) return;
  const list = partAt(part, 'deviceIds', deviceIds);
  for (let at = 0; at < Math.min(deviceIds.length, maxDevices); at += 1) {
    if (devices.length === maxDevices) return;
    const value: unknown = deviceIds[at];
    if (isJsonObject(value)) addNamed(devices, partAt(list, at, value));
  }
}

function addNamed(devices: Device[], device: JsonPart<JsonObject>): void {
  const id = nameIn(device, 'id');
  const kind = nameIn(device, 'kind')?.toLowerCase();
  if (id !== undefined && kind !== undefined) addDevice(devices, { id, kind });
}
