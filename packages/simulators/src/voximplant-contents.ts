import type { Random } from './random.ts';

/** What stands in a callback besides what all have; undefined: nothing, not even a member of its type's name. */
type Content = ((random: Random) => object) | undefined;

const empty = () => ({});

/**
 * By type. Documented in the vendor's API client, but for the last: types of older clients, one that carries its type
 * only, and one that nobody knows.
 */
const contents: readonly (readonly [type: string, content: Content])[] = [
  ['min_balance', (random) => ({ is_min_credit: false, is_repeated: random.happens(0.5) })],
  ['card_payment', payment('card_payment')],
  ['wire_transfer', payment('wire_transfer')],
  ['card_expires_in_month', empty],
  ['card_payment_failed', empty],
  ['account_is_frozen', empty],
  ['js_fail', empty],
  ['call_history_report', report],
  ['transaction_history_report', report],
  ['sms_inbound', (random) => ({ sms_inbound: sms(random) })],
  ['transcription_complete', (random) => ({ transcription_complete: transcription(random) })],
  [
    'phone_number_activation_status_changed',
    (random) => ({
      phone_number_activation_status_changed: { phone_number: phone(random), activation_status: 'ACTIVE' },
    }),
  ],
  ['subscription_is_frozen', (random) => ({ subscriptions: [subscription(random)] })],
  ['sip_registration_fail', (random) => ({ sip_registrations: [failedRegistration(random)] })],
  ['sip_registration_recovered', (random) => ({ sip_registrations: [{ sip_registration_id: random.below(1000) }] })],
  ['expiring_callerid', (random) => ({ callerids: [phone(random)], expiration_date: '2026-10-05' })],
  [
    'invoice_received',
    (random) => ({ invoice_id: random.below(1e6), amount: `${random.below(1000)}.00`, currency: 'USD' }),
  ],
  ['stagnant_account', empty],
  ['balance_is_changed', empty],
  ['account_is_unfrozen', undefined],
  ['something_new', (random) => ({ value: random.below(1000) })],
];

const all = contents.map(([type, content]) => ({ type, content }));

/** A type and its members. */
export function voximplantContent(random: Random): { type: string; members: object } {
  const { type, content } = all[random.below(all.length)] ?? { type: 'min_balance', content: empty };
  return { type, members: content === undefined ? {} : { [type]: content(random) } };
}

function payment(transaction_type: string): Content {
  return (random) => ({ transaction_id: random.below(1e9), transaction_type, amount: random.below(1000) / 4 });
}

function report(random: Random): object {
  return { history_report_id: random.below(1e6), success: true, order_date: '2026-09-30 12:00:00' };
}

function sms(random: Random): object {
  return { source_number: phone(random), destination_number: phone(random), sms_body: 'Привет, all is well' };
}

function transcription(random: Random): object {
  const id = random.below(1e9);
  return {
    record_url: `https://storage.example.com/r/${id}.mp3`,
    call_session_history_id: id,
    transcription_cost: 0.01,
  };
}

function subscription(random: Random): object {
  const phone_number = phone(random);
  const details = [{ type: 'PHONE', phone_numbers: [{ phone_id: random.below(1000), phone_number }] }];
  return { type: 'PHONE_NUM', name: phone_number, cost: 1.5, details };
}

function failedRegistration(random: Random): object {
  return { sip_registration_id: random.below(1000), status_code: 403, error_message: 'Forbidden' };
}

function phone(random: Random): string {
  return `1555${random.digits(7)}`;
}
