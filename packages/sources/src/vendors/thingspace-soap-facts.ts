import type { Device, Endpoint, Facts } from '@relay/core';
import { addDevice, factsFrom, maxDevices } from '../facts.ts';
import { nameFrom } from '../name.ts';
import { isNil, type XmlElement } from '../xml.ts';

/**
 * What a callback tells, as far as its shape is known: of a Data with a child for every kind of news it is the one that is
 * not nil, as the documented samples have it. What the endpoint says of account and service goes first.
 *
 * The type is `Fault` where there is one; for a CarrierService what it did (`ChangeDeviceIdentifier`); for an
 * ExternalProvisioningChange its Change (`Suspend`); for anything else its name. That of a PromoChange holds a code of the
 * promotion, and is no type.
 */
export function thingspaceSoapFacts(callback: XmlElement, endpoint: Pick<Endpoint, 'account' | 'service'>): Facts {
  const devices: Device[] = [];
  addDevices(devices, callback);
  const data = childOf(callback, 'Data');
  const news = newsOf(data ?? callback);

  return factsFrom({
    account: accountOf(callback, endpoint) ?? accountNamed(news.part),
    service: endpoint.service ?? (data === undefined ? services.get(callback.name) : serviceOf(news.part)),
    type: nameFrom(typeOf(news)),
    correlationId: nameFrom(wordIn(callback, 'RequestId')),
    status: nameFrom(wordIn(data ?? callback, 'Status')),
    devices,
  });
}

function accountOf(callback: XmlElement, { account }: Pick<Endpoint, 'account'>): string | undefined {
  return typeof account === 'object' ? nameFrom(wordIn(callback, 'Username')) : account;
}

/** Only an ExternalProvisioningChange is known to name its account. */
function accountNamed(part: XmlElement | undefined): string | undefined {
  const device = part && childOf(part, 'DeviceInfo');
  return device && nameFrom(wordIn(device, 'AccountName'));
}

interface News {
  readonly fault: XmlElement | undefined;
  /** What a service tells. */
  readonly part: XmlElement | undefined;
  /** What any service may tell. */
  readonly remark: XmlElement | undefined;
}

const envelope: ReadonlySet<string> = new Set([
  'Username',
  'Password',
  'RequestId',
  'Device',
  'Status',
  'CallbackCount',
  'MaxCallbackThreshold',
]);

/** ResumeTrackingNotification sends nothing but a comment, but so may others. */
const remarks: ReadonlySet<string> = new Set(['Comment', 'Summary']);

function newsOf({ children }: XmlElement): News {
  const told = children.filter((child) => !isNil(child) && !envelope.has(child.name));
  return {
    fault: told.find((child) => child.name === 'Fault' && holdsAnything(child)),
    part: firstOf(told.filter(({ name }) => name !== 'Fault' && !remarks.has(name))),
    remark: told.find((child) => remarks.has(child.name) && holdsAnything(child)),
  };
}

/** One that holds something, else one that is there: `ChangeDeviceCustomFields` is documented to be empty. */
function firstOf(told: readonly XmlElement[]): XmlElement | undefined {
  return told.find(holdsAnything) ?? told[0];
}

function holdsAnything({ children, text }: XmlElement): boolean {
  return children.length > 0 || text.trim() !== '';
}

function typeOf({ fault, part, remark }: News): string | undefined {
  if (fault !== undefined || part === undefined) return (fault ?? remark)?.name;
  if (part.name === 'CarrierService') return firstOf(part.children.filter((child) => !isNil(child)))?.name ?? part.name;
  if (part.name === 'ExternalProvisioningChange') return wordIn(part, 'Change') || part.name;
  return part.name;
}

/** The services as they are registered over SOAP; a part that is not listed goes by its own name. */
const services: ReadonlyMap<string, string> = new Map([
  ['DeviceSuspendStatus', 'DeviceSuspensionStatus'],
  ['ExternalProvisioningChange', 'ExternalProvisioningChanges'],
  ['PRLInformation', 'DevicePRLInformation'],
  ['SMSDelivery', 'SMSDeliveryConfirmation'],
  ['SmsCallbackRequest', 'EnhancedConnectivityService'],
  ['Usage', 'DeviceUsage'],
]);

function serviceOf(part: XmlElement | undefined): string | undefined {
  return part && (services.get(part.name) ?? nameFrom(part.name));
}

/** Wherever it stands, and whatever it is called, a Kind and an Identifier make a device. */
function addDevices(devices: Device[], element: XmlElement): void {
  if (devices.length === maxDevices) return;
  const id = nameFrom(wordIn(element, 'Identifier'));
  const kind = nameFrom(wordIn(element, 'Kind'))?.toLowerCase();
  if (id !== undefined && kind !== undefined) addDevice(devices, { id, kind });
  for (const child of element.children) if (child.children.length > 0) addDevices(devices, child);
}

/** The first child of that name. */
export function childOf({ children }: XmlElement, name: string): XmlElement | undefined {
  return children.find((child) => child.name === name);
}

/** A child's text without white space around it. */
export function wordIn(element: XmlElement, name: string): string | undefined {
  return childOf(element, name)?.text.trim();
}
