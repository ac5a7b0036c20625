import type { Device, Facts } from '@relay/core';

type Told = { readonly [Name in keyof Required<Facts>]: Facts[Name] | undefined } & Pick<Facts, 'devices'>;

/** Facts, without those that are not known. */
export function factsFrom({ account, service, type, correlationId, status, devices }: Told): Facts {
  const facts: { -readonly [Name in keyof Facts]: Facts[Name] } = { devices };
  if (account !== undefined) facts.account = account;
  if (service !== undefined) facts.service = service;
  if (type !== undefined) facts.type = type;
  if (correlationId !== undefined) facts.correlationId = correlationId;
  if (status !== undefined) facts.status = status;
  return facts;
}

/** A ThingSpace device has up to eight ids, and a changed one its former ids beside them. */
export const maxDevices = 32;

/** Each device once. */
export function addDevice(devices: Device[], { id, kind }: Device): void {
  if (devices.length === maxDevices) return;
  if (!devices.some((known) => known.id === id && known.kind === kind)) devices.push({ id, kind });
}
