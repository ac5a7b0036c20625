import type { MadeUpDevice } from './made-up-device.ts';
import type { Random } from './random.ts';
import { element, nil, textElement } from './soap.ts';

export interface SoapShape {
  readonly service: string;
  readonly action: string;
  readonly weight: number;
  /** `SmsCallbackRequest` has devices and a text, and neither request id nor data (documented). */
  readonly root: 'CallbackRequest' | 'SmsCallbackRequest';
  readonly resent: boolean;
  /** Of ExternalProvisioningChange no request id is documented. */
  readonly requestId: boolean;
  /** A device that was activated elsewhere is not named (documented). */
  readonly device: boolean;
  /** Newer versions count attempts (reported by others). */
  readonly counted: boolean;
  /** The children of Data that are not nil, as XML by their names. */
  data(made: MadeUpData): Readonly<Record<string, string>>;
}

export interface MadeUpData {
  readonly device: MadeUpDevice;
  readonly random: Random;
  /** Epoch ms. */
  readonly now: number;
}

const usual = {
  weight: 1,
  root: 'CallbackRequest',
  resent: true,
  requestId: true,
  device: true,
  counted: true,
} as const satisfies Partial<SoapShape>;
const success = { Status: textElement('Status', 'Success') };
const dayMs = 86_400_000;

/** What is inside of CarrierService, ExternalProvisioningChange, PromoChange and Comment is documented; the rest is guessed. */
export const soapShapes: readonly [SoapShape, ...SoapShape[]] = [
  { ...usual, service: 'CarrierService', action: 'change identifier', weight: 4, data: identifierChanged },
  { ...usual, service: 'CarrierService', action: 'change custom fields', weight: 6, data: customFieldsChanged },
  { ...usual, service: 'CarrierService', action: 'failed', data: failed },
  {
    ...usual,
    service: 'ExternalProvisioningChanges',
    action: 'activated elsewhere',
    requestId: false,
    device: false,
    data: ({ random }) => changedElsewhere(random, 'Activate'),
  },
  {
    ...usual,
    service: 'ExternalProvisioningChanges',
    action: 'changed elsewhere',
    requestId: false,
    data: ({ random }) => changedElsewhere(random, random.pick(['Suspend', 'Restore', 'Deactivate', 'changeIMEI'])),
  },
  { ...usual, service: 'PromoChange', action: 'promotion', counted: false, data: promotion },
  { ...usual, service: 'DeviceUsage', action: 'usage', data: usage },
  { ...usual, service: 'SMSDeliveryConfirmation', action: 'delivered', data: smsDelivered },
  { ...usual, service: 'DevicePRLInformation', action: 'PRL', data: prl },
  { ...usual, service: 'DeviceSuspensionStatus', action: 'suspended', data: suspended },
  { ...usual, service: 'ResumeTrackingNotification', action: 'resumes soon', counted: false, data: resumesSoon },
  {
    ...usual,
    service: 'EnhancedConnectivityService',
    action: 'SMS from device',
    root: 'SmsCallbackRequest',
    resent: false,
    requestId: false,
    counted: false,
    data: () => ({}),
  },
];

function identifierChanged({ random }: MadeUpData): Record<string, string> {
  const changed = element(
    'DeviceIdentifierChanged',
    textElement('Kind', 'meid'),
    textElement('Identifier', `A0${random.digits(12)}`),
  );
  const change = element('ChangeDeviceIdentifier', changed, textElement('ServicePlan', 'M2M_4G'));
  return { CarrierService: element('CarrierService', nil('ChangeDeviceCustomFields'), change), ...success };
}

function customFieldsChanged(): Record<string, string> {
  return {
    CarrierService: element('CarrierService', '<ChangeDeviceCustomFields/>', nil('ChangeDeviceIdentifier')),
    ...success,
  };
}

function failed(): Record<string, string> {
  const fault = element(
    'Fault',
    textElement('faultcode', 'UnifiedWebService.REQUEST_FAILED.DeviceAlreadyActive'),
    textElement('faultstring', 'REQUEST_FAILED. Device is already active'),
  );
  return { Fault: fault, Status: textElement('Status', 'Failed') };
}

function changedElsewhere(random: Random, change: string): Record<string, string> {
  const carrier = element(
    'CarrierInformation',
    textElement('CarrierName', 'Verizon Wireless'),
    textElement('ServicePlan', 'M2M_4G'),
    textElement('State', change.toLowerCase()),
  );
  const account = textElement('AccountName', `${random.digits(10)}-00001`);
  return {
    ExternalProvisioningChange: element(
      'ExternalProvisioningChange',
      textElement('Source', 'VCC'),
      textElement('Change', change),
      element('DeviceInfo', account, carrier),
    ),
  };
}

function promotion({ random, now }: MadeUpData): Record<string, string> {
  const change = textElement('Change', `PROMO${random.digits(3)}`);
  return { PromoChange: element('PromoChange', change, textElement('ChangeDate', day(now))) };
}

function usage({ random }: MadeUpData): Record<string, string> {
  const bytes = textElement('BytesUsed', `${1 + random.below(1e9)}`);
  return { Usage: element('Usage', bytes, textElement('SmsUsed', `${random.below(100)}`)), ...success };
}

function smsDelivered(): Record<string, string> {
  return { SMSDelivery: element('SMSDelivery', textElement('Confirmation', 'Delivered')), ...success };
}

function prl({ random }: MadeUpData): Record<string, string> {
  return { PRLInformation: element('PRLInformation', textElement('PRLVersion', `53${random.digits(3)}`)), ...success };
}

function suspended({ now }: MadeUpData): Record<string, string> {
  const resumes = textElement('ExpectedResumeDate', `${day(now + 90 * dayMs)}T00:00:00`);
  return { DeviceSuspendStatus: element('DeviceSuspendStatus', resumes, textElement('MaxSuspendDaysAllowed', '90')) };
}

function resumesSoon({ now }: MadeUpData): Record<string, string> {
  return { Comment: textElement('Comment', `Device will be auto resumed on - ${day(now + 7 * dayMs)}`) };
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
