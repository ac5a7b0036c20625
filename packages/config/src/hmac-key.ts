export const keyForms = ['text', 'base64', 'hex'] as const;
export type KeyForm = (typeof keyForms)[number];

/** Standard Webhooks writes it in front of base64. */
const webhookMark = 'whsec_';

const patterns: Readonly<Record<KeyForm, RegExp>> = {
  text: /^/,
  base64: /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/,
  hex: /^(?:[\dA-Fa-f]{2})*$/,
};

/** A secret's bytes as they are signed with, or undefined for a text that is not in this form. */
export function decodeKey(secret: string, form: KeyForm): Buffer | undefined {
  const written = form === 'base64' && secret.startsWith(webhookMark) ? secret.slice(webhookMark.length) : secret;
  return patterns[form].test(written) ? Buffer.from(written, form === 'text' ? 'utf8' : form) : undefined;
}

/** A shorter key could be found out from one signature. */
const leastKeyBytes = 8;

/** The bytes of each secret, or what is wrong with one of them. */
export function decodeKeys(
  secrets: readonly string[],
  form: KeyForm,
): { readonly keys: readonly Buffer[] } | { readonly fault: string } {
  const keys = secrets.map((secret) => decodeKey(secret, form)).filter((bytes) => bytes !== undefined);
  if (keys.length < secrets.length) return { fault: formFaults[form] };
  return keys.some(({ length }) => length < leastKeyBytes)
    ? { fault: `must be at least ${leastKeyBytes} bytes` }
    : { keys };
}

const formFaults: Readonly<Record<KeyForm, string>> = {
  text: 'must be text',
  base64: 'must be base64, since key is base64',
  hex: 'must be hex digits, two for a byte, since key is hex',
};
