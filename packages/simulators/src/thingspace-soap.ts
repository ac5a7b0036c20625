import { bulkRequests } from './bulk-requests.ts';
import type { Draft, DraftOptions } from './draft.ts';
import { deviceId, type MadeUpDevice, madeUpDevice } from './made-up-device.ts';
import { createMixture } from './mixture.ts';
import type { Random } from './random.ts';
import { element, envelope, nil, textElement } from './soap.ts';
import { type SoapShape, soapShapes } from './thingspace-soap-shapes.ts';

/** Data lists all of these, in this order, those without a value as nil (documented). */
const dataChildren = [
  'CarrierService',
  'ExternalProvisioningChange',
  'PromoChange',
  'Usage',
  'SMSDelivery',
  'PRLInformation',
  'DeviceSuspendStatus',
  'Fault',
  'Comment',
  'Summary',
  'Status',
] as const;

/** Verizon's UWS callbacks: a SOAP 1.1 envelope per request and device, with `CallbackRequest` or `SmsCallbackRequest`. */
export function thingspaceSoap(random: Random, options: DraftOptions): Iterable<Draft> {
  const shapeOf = createMixture(soapShapes, options.services);
  return bulkRequests(random, options, (turn) => {
    const request = { turn, shape: shapeOf(random), requestId: random.uuid(), now: options.now };
    return (which) => draft(request, which, random);
  });
}

interface Request {
  readonly turn: number;
  readonly shape: SoapShape;
  readonly requestId: string;
  readonly now: number;
}

function draft({ turn, shape, requestId, now }: Request, which: string, random: Random): Draft {
  const device = madeUpDevice(random);
  const children = childrenOf(shape, { requestId, device, now }, random);
  const kind = `${shape.service} ${shape.action}`;
  return {
    turn,
    keys: [`${shape.requestId ? requestId : 'no request id'} ${shape.device ? device.mdn : `${turn} ${which}`.trim()}`],
    kind,
    what: [kind, which].filter((part) => part !== '').join(', '),
    resent: shape.resent,
    afterMs: 0,
    body: (attempt) => envelope(shape.root, ...children, ...(shape.counted ? countChildren(attempt) : [])),
  };
}

function childrenOf(
  shape: SoapShape,
  { requestId, device, now }: { requestId: string; device: MadeUpDevice; now: number },
  random: Random,
): string[] {
  if (shape.root === 'SmsCallbackRequest') {
    const text = textElement('SmsMessage', `unit ${random.below(1000)} <OK> & batt=3.${random.digits(2)}V`);
    return [deviceElement(device, 'imei', random), deviceElement(device, 'mdn', random), text];
  }
  const data = shape.data({ device, random, now });
  return [
    ...(shape.requestId ? [textElement('RequestId', requestId)] : []),
    ...(shape.device ? [deviceElement(device, 'mdn', random)] : []),
    element('Data', ...dataChildren.map((name) => data[name] ?? nil(name))),
  ];
}

function deviceElement(device: MadeUpDevice, name: keyof MadeUpDevice, random: Random): string {
  const { id, kind } = deviceId(device, name, random);
  return element('Device', textElement('Kind', kind), textElement('Identifier', id));
}

/** Where they stand is not documented. */
function countChildren(attempt: number): string[] {
  return [textElement('CallbackCount', `${attempt}`), textElement('MaxCallbackThreshold', '4')];
}
