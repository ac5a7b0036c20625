/** What the endpoint of the bench accepts, and so what each callback carries. */
export const credentials = { username: 'relay', password: 'not-a-secret' };

export const bodyBytes = 600;
/** Below it a callback says less about the device. */
const wholeBytes = 500;

const digits = 12;
const hole = '#'.repeat(digits);
const iccidStart = '89148000';
const beforeId = '"requestId":"5eed0000-0000-4000-8000-';
const pieces = new Map<number, readonly string[]>();

/** A callback as ThingSpace sends it, of so many bytes (at least 300): its request id and both device ids are its own. */
export function callbackBody(id: number, bytes = bodyBytes): string {
  const made = pieces.get(bytes) ?? template(bytes).split(hole);
  pieces.set(bytes, made);
  return made.join(String(id).padStart(digits, '0'));
}

/** The same, of one of so many devices. */
export function callbackOfDevice(id: number, devices: number, bytes = bodyBytes): string {
  const own = (number: number) => iccidStart + String(number).padStart(digits, '0');
  return callbackBody(id, bytes).replaceAll(own(id), own(deviceOf(id, devices)));
}

export function deviceOf(id: number, devices: number): number {
  return id % devices;
}

/** The id of the callback that this body is, or undefined for any other body. */
export function idOf(body: Buffer): number | undefined {
  const start = body.indexOf(beforeId);
  if (start < 0) return undefined;
  const at = start + beforeId.length;
  return Number(body.toString('latin1', at, at + digits));
}

function template(bytes: number): string {
  const deviceIds = [
    { id: iccidStart + hole, kind: 'iccid' },
    { id: `353${hole}`, kind: 'imei' },
  ];
  const details = { deviceIds, featureCodes: ['76523'], ipAddress: '192.0.2.10' };
  const activateResponse = { ...(bytes >= wholeBytes && details), servicePlan: '', state: 'active' };
  const body = () =>
    JSON.stringify({
      ...credentials,
      requestId: `5eed0000-0000-4000-8000-${hole}`,
      deviceIds,
      deviceResponse: { activateResponse },
      status: 'Success',
      ...(bytes >= wholeBytes && { callbackCount: 1, maxCallbackThreshold: 4 }),
    });
  activateResponse.servicePlan = 'M2M-4G'.padEnd(bytes - body().length, '-');
  return body();
}
