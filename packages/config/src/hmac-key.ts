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
