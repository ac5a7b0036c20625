import { bulkRequests } from './bulk-requests.ts';
import type { Draft, DraftOptions } from './draft.ts';
import { deviceId, madeUpDevice } from './made-up-device.ts';
import { createMixture } from './mixture.ts';
import type { Random } from './random.ts';
import { fault, type ThingspaceShape, thingspaceShapes } from './thingspace-shapes.ts';

const faultShare = 0.1;
/** How many attempts the vendor makes at most (seen on live accounts, in every body). */
const maxCallbackThreshold = 4;

/**
 * Verizon ThingSpace over REST: one JSON object per request and device. A request for several devices brings a callback of
 * each, in any order, all with one request id; `callbackCount` counts the attempts.
 */
export function thingspace(random: Random, options: DraftOptions): Iterable<Draft> {
  const shapeOf = createMixture(thingspaceShapes, options.services);
  return bulkRequests(random, options, (turn) => {
    const request = { turn, shape: shapeOf(random), requestId: random.uuid(), now: options.now };
    return (which) => draft(request, which, random);
  });
}

interface Request {
  readonly turn: number;
  readonly shape: ThingspaceShape;
  readonly requestId: string;
  readonly now: number;
}

function draft({ turn, shape, requestId, now }: Request, which: string, random: Random): Draft {
  const device = madeUpDevice(random);
  const id = shape.requestId === 'each' ? random.uuid() : requestId;
  const failed = shape.fallible && random.happens(faultShare);
  const deviceIds = shape.deviceIds.map((kind) => deviceId(device, kind, random));
  const members = {
    ...(shape.requestId === 'none' ? {} : { requestId: id }),
    ...(deviceIds.length === 0 ? {} : { deviceIds }),
    ...(failed ? fault(random) : shape.members({ device, random, now })),
  };
  const kind = `${shape.service} ${shape.action}${failed ? ' failed' : ''}`;
  return {
    turn,
    keys: [`${shape.requestId === 'none' ? 'no request id' : id} ${device.imei}`],
    kind,
    what: [kind, which].filter((part) => part !== '').join(', '),
    resent: shape.resent,
    afterMs: 0,
    body: (callbackCount) => JSON.stringify({ ...members, callbackCount, maxCallbackThreshold }),
  };
}
