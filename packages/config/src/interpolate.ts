// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration look like these
export type Environment = Readonly<Record<string, string | undefined>>;

export type Interpolation = { readonly text: string } | { readonly faults: readonly string[] };

// In this order: an escaped dollar, a whole expression, the beginning of one that never ends.
const expressions = /\$\$|\$\{(?<inside>[^}]*)\}|\$\{/g;
const variable = /^(?<name>[A-Za-z_]\w*)(?:(?<operator>:-|:\?)(?<operand>.*))?$/s;

/**
 * Fills in `${VAR}`, `${VAR:-default}` (for unset or empty) and `${VAR:?message}` (refuses unset or empty); `$$` is a dollar.
 * A value that is filled in is not looked at again.
 */
export function interpolate(text: string, environment: Environment): Interpolation {
  const faults: string[] = [];
  const filled = text.replace(expressions, (expression, inside: string | undefined) => {
    if (expression === '$$') return '$';
    const answer =
      inside === undefined ? { fault: '${ without its }; write $$ for a dollar' } : resolve(inside, environment);
    if ('text' in answer) return answer.text;
    faults.push(answer.fault);
    return '';
  });
  return faults.length === 0 ? { text: filled } : { faults };
}

function resolve(inside: string, environment: Environment): { readonly text: string } | { readonly fault: string } {
  const { name, operator, operand = '' } = variable.exec(inside)?.groups ?? {};
  if (name === undefined || operand.includes('${')) {
    return { fault: 'a variable is written ${NAME}, ${NAME:-default} or ${NAME:?message}, one not inside another' };
  }
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (operator === ':-') return { text: value || operand };
  if (operator === ':?' && !value)
    return { fault: `the environment variable ${name} is not set: ${operand || 'it is needed'}` };
  if (value === undefined)
    return { fault: `the environment variable ${name} is not set; set it, or write \${${name}:-default}` };
  return { text: value };
}
