import type { Random } from './random.ts';

/** Ids of a device that does not exist. */
export interface MadeUpDevice {
  readonly iccid: string;
  readonly imei: string;
  readonly imsi: string;
  readonly mdn: string;
}

export function madeUpDevice(random: Random): MadeUpDevice {
  return {
    iccid: `8914800${random.digits(13)}`,
    imei: `35${random.digits(13)}`,
    imsi: `311480${random.digits(9)}`,
    mdn: `555${random.digits(7)}`,
  };
}

/** An id as bodies carry it. The kind's letter case is seen to vary, even inside one body. */
export function deviceId(device: MadeUpDevice, kind: keyof MadeUpDevice, random: Random): { id: string; kind: string } {
  const capital = `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
  return { id: device[kind], kind: random.pick([kind, kind, kind, capital, kind.toUpperCase()]) };
}
