export function isJsonType(contentType: string): boolean {
  return jsonType.test(contentType);
}

const jsonType = /^[^;]*[/+]json\s*(?:;|$)/i;
