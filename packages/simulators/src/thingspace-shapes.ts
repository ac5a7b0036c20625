import { exactNumber } from './exact-json.ts';
import { deviceId, type MadeUpDevice } from './made-up-device.ts';
import type { Random } from './random.ts';

/** What one kind of callback consists of besides the envelope. */
export interface ThingspaceShape {
  readonly service: string;
  readonly action: string;
  /** How often it comes in a mixture, compared to others. */
  readonly weight: number;
  /** `one`: an id for all devices of a request. `each`: nobody asked, so each has its own. `none`: without. */
  readonly requestId: 'one' | 'each' | 'none';
  /** Whether it can end in a fault instead. */
  readonly fallible: boolean;
  /** SMS from devices are not sent again but wait at the vendor until they are called for (documented). */
  readonly resent: boolean;
  /** Configuring NIDD is answered without (seen on live accounts). */
  readonly deviceIds: readonly (keyof MadeUpDevice)[];
  members(made: MadeUp): object;
}

export interface MadeUp {
  readonly device: MadeUpDevice;
  readonly random: Random;
  /** Epoch ms. */
  readonly now: number;
}

const usual = {
  weight: 1,
  requestId: 'one',
  fallible: false,
  resent: true,
  deviceIds: ['iccid', 'imei'],
} as const satisfies Partial<ThingspaceShape>;
const carrier = { ...usual, service: 'CarrierService', fallible: true } as const;
const unasked = { ...usual, requestId: 'each' } as const;

const dayMs = 86_400_000;
const accountName = '0000000001-00001';
const success = { status: 'Success' };

/**
 * Bodies of CarrierService, DevicePRLInformation, SMSDeliveryConfirmation, EnhancedConnectivityService and NiddService are
 * documented or seen on live accounts; those of the other services are not published, so theirs are guesses. The weights
 * are guesses all the same.
 */
export const thingspaceShapes: readonly [ThingspaceShape, ...ThingspaceShape[]] = [
  { ...carrier, action: 'activate', weight: 6, members: activated },
  { ...carrier, action: 'suspend', weight: 3, members: suspended },
  { ...carrier, action: 'restore', weight: 3, members: () => response('restoreResponse', { restored: true }) },
  { ...carrier, action: 'deactivate', weight: 2, members: () => response('deactivateResponse', { deactivated: true }) },
  { ...carrier, action: 'change identifier', weight: 2, members: identifierChanged },
  { ...carrier, action: 'change custom fields', weight: 4, members: () => success },
  { ...usual, service: 'DevicePRLInformation', action: 'PRL', fallible: true, members: prl },
  {
    ...usual,
    service: 'SMSDeliveryConfirmation',
    action: 'delivered',
    members: () => response('smsDeliveryResponse', { confirmation: 'Delivered' }),
  },
  {
    ...usual,
    service: 'EnhancedConnectivityService',
    action: 'SMS sent',
    members: () => ({ ...success, comment: 'SMS message sent to device' }),
  },
  { ...unasked, service: 'EnhancedConnectivityService', action: 'SMS from device', resent: false, members: sms },
  {
    ...unasked,
    service: 'EnhancedConnectivityService',
    action: 'SMS from device, no request id',
    resent: false,
    requestId: 'none',
    members: sms,
  },
  { ...unasked, service: 'NiddService', action: 'data from device', deviceIds: ['imei'], members: niddData },
  { ...usual, service: 'NiddService', action: 'data to device', deviceIds: ['imei'], members: niddDelivered },
  { ...usual, service: 'NiddService', action: 'configured', deviceIds: [], members: niddConfigured },
  { ...unasked, service: 'ExternalProvisioningChanges', action: 'changed', members: changedElsewhere },
  { ...unasked, service: 'ResumeTrackingNotification', action: 'resumes soon', members: resumesSoon },
  { ...unasked, service: 'FutureService', action: 'something new', members: ({ random }) => unheardOf(random) },
];

function response(name: string, content: object): object {
  return { deviceResponse: { [name]: content }, ...success };
}

function activated({ device, random }: MadeUp): object {
  return response('activateResponse', {
    deviceIds: [deviceId(device, 'iccid', random), deviceId(device, 'imei', random), deviceId(device, 'mdn', random)],
    featureCodes: [random.digits(5)],
    ipAddress: `192.0.2.${random.below(256)}`,
    servicePlan: 'M2M_4G',
    state: 'active',
  });
}

function suspended({ random, now }: MadeUp): object {
  return response('suspendResponse', {
    expectedResumeDate: instant(now + 90 * dayMs),
    maxSuspendDaysAllowed: 90,
    numDaysSuspendAllowedCurrent12Months: 180,
    numDaysSuspendedLast12Months: random.below(90),
  });
}

function identifierChanged({ device, random }: MadeUp): object {
  const former = { ...device, iccid: `8914800${random.digits(13)}` };
  return response('changeIdentifierResponse', {
    deviceIds: [deviceId(former, 'iccid', random)],
    servicePlan: 'M2M_4G',
  });
}

function prl({ random }: MadeUp): object {
  return response('prlInformationResponse', { prlVersion: `53${random.digits(3)}` });
}

function sms({ random }: MadeUp): object {
  return { smsMessage: `unit ${random.below(1000)} status OK, 21 °C, batt=3.${random.digits(2)}V` };
}

/** Larger payloads are not sent (documented). */
const longestPayloadBytes = 1_358;

function niddData({ device, random }: MadeUp): object {
  const bytes = Buffer.alloc(1 + random.below(longestPayloadBytes), random.digits(7));
  return nidd('niddMONotificationResponse', {
    accountName,
    message: bytes.toString('base64'),
    deviceIds: (['imei', 'imsi', 'mdn', 'iccid'] as const).map((kind) => deviceId(device, kind, random)),
  });
}

function niddDelivered({ device, random, now }: MadeUp): object {
  const deviceIds = [deviceId(device, 'imei', random), deviceId(device, 'iccid', random)];
  const delivered = { accountName, acknowledgeTime: instant(now), deviceIds };
  return { ...nidd('niddMTDeliveryResponse', delivered), status: random.pick(['Delivered', 'Delivered', 'Queued']) };
}

function niddConfigured({ device, random }: MadeUp): object {
  const configured = { accountName, deviceIds: [deviceId(device, 'imei', random)] };
  return { ...nidd('niddConfigResponse', configured), status: 'ConfigCreated' };
}

function nidd(name: string, content: object): object {
  return { niddResponse: { [name]: content } };
}

function changedElsewhere({ random }: MadeUp): object {
  const carrierInformations = [{ carrierName: 'Verizon Wireless', servicePlan: 'M2M_4G', state: 'active' }];
  return {
    externalProvisioningChangeResponse: {
      source: 'VCC',
      change: random.pick(['Activate', 'Suspend', 'Restore', 'ChangeCustomField']),
      deviceInfo: { accountName, carrierInformations },
    },
  };
}

function resumesSoon({ now }: MadeUp): object {
  return { comment: `Device will be auto resumed on - ${instant(now + 7 * dayMs)}` };
}

/** New services come without notice. The number is one that a double cannot hold. */
function unheardOf(random: Random): object {
  return { somethingNew: { counter: exactNumber(`9007199254740993${random.digits(3)}`), nested: [[], {}, null] } };
}

export function fault(random: Random): object {
  const [code, text] = random.pick([
    ['REQUEST_FAILED.DeviceAlreadyActive', 'Device is already active'],
    ['REQUEST_FAILED.UnexpectedError', 'Unexpected error'],
    ['REQUEST_ONHOLD', 'The request is on hold'],
  ]);
  return {
    faultResponse: {
      faultactor: null,
      faultcode: `UnifiedWebService.${code}`,
      faultstring: `${code.split('.')[0]}. ${text}`,
    },
    status: 'Failed',
  };
}

/** To the second, as the vendor writes it. */
function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
