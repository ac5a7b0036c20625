import { createHash, createHmac } from 'node:crypto';
import type { Endpoint, Received, Verify } from '@relay/core';
import { credentials } from './callback.ts';

/** A callback as its vendor sends it, and the endpoint that takes it. */
export interface ReadCase {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly received: Received;
  /** The callback itself where it is JSON, else ThingSpace's. */
  readonly yardstick: Buffer;
}

/** One for each source, with everything verified that the vendor lets one verify. */
export function readCases(): ReadCase[] {
  const json = thingspaceBody();
  return [
    caseOf('thingspace', json, json, { credentials: [credentials] }),
    caseOf('thingspace-soap', soapBody(), json, { credentials: [credentials] }),
    voximplantCase(1),
    voximplantCase(10),
    ixcAcsCase(),
    genericCase(json),
  ];
}

function caseOf(
  source: Endpoint['source'],
  body: Buffer,
  yardstick: Buffer,
  verify: Partial<Verify>,
  headers: Received['headers'] = {},
): ReadCase {
  return {
    name: source,
    endpoint: {
      name: source,
      source,
      path: `/${source}`,
      account: '0000000001-00001',
      service: undefined,
      verify: { credentials: [], allow: ['192.0.2.0/24'], ...verify },
      dedupMs: 3_600_000,
    },
    received: {
      body,
      headers: {
        'content-type': source === 'thingspace-soap' ? 'text/xml; charset=utf-8' : 'application/json',
        ...headers,
      },
      ip: '192.0.2.1',
      at: 1_700_000_000_000,
      target: `/${source}`,
    },
    yardstick,
  };
}

const bodyBytes = 1024;
const requestId = '5eed0000-0000-4000-8000-000000000001';
const deviceIds = [
  { id: '89148000000000000017', kind: 'iccid' },
  { id: '353000000000017', kind: 'imei' },
  { id: '5550100001', kind: 'mdn' },
  { id: '311480000000001', kind: 'imsi' },
];

/** 1 KiB: an activation that names four ids twice. */
function thingspaceBody(): Buffer {
  const body = (servicePlan: string) => {
    const activateResponse = {
      deviceIds,
      featureCodes: ['76523', '75802', '84777'],
      ipAddress: '192.0.2.10',
      servicePlan,
      state: 'active',
    };
    return JSON.stringify({
      ...credentials,
      requestId,
      deviceIds,
      deviceResponse: { activateResponse },
      comment: 'The device is active.',
      status: 'Success',
      callbackCount: 1,
      maxCallbackThreshold: 4,
    });
  };
  return Buffer.from(body('M2M-4G'.padEnd(bodyBytes - body('').length, '-')));
}

/** Somewhat more than 1 KiB: a changed identifier, and every part that the vendor lists though it is empty. */
function soapBody(): Buffer {
  const parts = ['ExternalProvisioningChange', 'PromoChange', 'Usage', 'SMSDelivery', 'PRLInformation']
    .concat('DeviceSuspendStatus', 'Fault', 'Comment', 'Summary')
    .map((name) => `<${name} xsi:nil="true"/>`);
  return Buffer.from(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">
<s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<CallbackRequest xmlns="http://nphase.com/unifiedwebservice/v2">
<Username>${credentials.username}</Username><Password>${credentials.password}</Password><RequestId>${requestId}</RequestId>
<Device><Kind>Mdn</Kind><Identifier>5550100001</Identifier></Device>
<Data><CarrierService><ChangeDeviceCustomFields xsi:nil="true"/><ChangeDeviceIdentifier><DeviceIdentifierChanged><Kind>meid</Kind>
<Identifier>A0000000000001</Identifier></DeviceIdentifierChanged><ServicePlan>M2M_4G</ServicePlan></ChangeDeviceIdentifier></CarrierService>
${parts.join('\n')}
<Status>Success</Status></Data>
<CallbackCount>1</CallbackCount><MaxCallbackThreshold>4</MaxCallbackThreshold>
</CallbackRequest></s:Body></s:Envelope>`);
}

function voximplantCase(count: number): ReadCase {
  const [salt, accountId, apiKey] = ['a-salt', '1000001', '00000000-1111-2222-3333-444444444444'];
  const callbacks = Array.from({ length: count }, (_, index) => {
    const id = 500_000 + index;
    return {
      callback_id: id,
      type: 'min_balance',
      account_id: Number(accountId),
      hash: createHash('md5').update(`${salt}${accountId}${apiKey}${id}`).digest('hex'),
      account_name: 'relaytest',
      account_email: 'ops@example.com',
      language_code: 'en',
      account_first_name: 'Relay',
      account_last_name: 'Test',
      balance: 9.5,
      currency: 'USD',
      min_balance: { is_min_credit: false, is_repeated: false },
    };
  });
  const body = Buffer.from(JSON.stringify({ callbacks }));
  const callbackHash = { salts: [salt], accountId, apiKeys: [apiKey] };
  return { ...caseOf('voximplant', body, body, { callbackHash }), name: `voximplant, callbacks: ${count}` };
}

function ixcAcsCase(): ReadCase {
  const body = Buffer.from(
    JSON.stringify({
      protocolo: requestId,
      router_id: 'RTR-42',
      status: 'success',
      timestamp: '2026-09-30T10:07:00-03:00',
    }),
  );
  const secret = 'a-secret-of-the-bench';
  return caseOf(
    'ixc-acs',
    body,
    body,
    { header: { name: 'x-relay-secret', secrets: [secret] } },
    { 'x-relay-secret': secret },
  );
}

/** Signed over the whole body, the id found in it. */
function genericCase(body: Buffer): ReadCase {
  const key = Buffer.from('a-key-of-the-bench');
  const signed = caseOf(
    'generic',
    body,
    body,
    {
      hmac: {
        header: 'x-signature',
        keys: [key],
        algorithm: 'sha256',
        encoding: 'hex',
        prefix: 'sha256=',
        separator: '',
        signed: '{body}',
      },
    },
    { 'x-signature': `sha256=${createHmac('sha256', key).update(body).digest('hex')}` },
  );
  return { ...signed, endpoint: { ...signed.endpoint, naming: { correlationId: [{ pointer: '/requestId' }] } } };
}
