/** What an endpoint's name and path are filled in from. An empty list: nothing there. */
export interface Template {
  readonly name: string;
  /** The default is `/` and the name. */
  readonly path: string | undefined;
  readonly account: readonly string[];
  readonly service: readonly string[];
}

export interface Expansion {
  readonly name: string;
  readonly path: string;
  readonly account: string | undefined;
  readonly service: string | undefined;
}

const hole = /\{(?<key>[^{}]*)\}/g;

/** One endpoint for every combination of account and service. */
export function expandTemplate({ name, path, account, service }: Template): readonly Expansion[] {
  return orNone(account).flatMap((oneAccount) =>
    orNone(service).map((oneService) => {
      const values: Record<string, string | undefined> = { account: oneAccount, service: oneService };
      const fill = (text: string) => text.replace(hole, (written, key: string) => values[key] ?? written);
      const filledName = fill(name);
      return {
        name: filledName,
        path: path === undefined ? `/${filledName}` : fill(path),
        account: oneAccount,
        service: oneService,
      };
    }),
  );
}

function orNone(values: readonly string[]): readonly (string | undefined)[] {
  return values.length === 0 ? [undefined] : values;
}

/** What keeps a template from being filled in, by the key to blame. */
export function templateFaults(
  template: Template,
): readonly { readonly key: keyof Template; readonly message: string }[] {
  const texts = (['name', 'path'] as const).filter((key) => template[key] !== undefined);
  return texts.flatMap((key) => {
    const holes = [...(template[key] ?? '').matchAll(hole)].map((match) => match.groups?.key ?? '');
    const empty = [...new Set(holes)].flatMap((name) => emptyHole(name, template)).map((message) => ({ key, message }));
    const missing = (['account', 'service'] as const)
      .filter((list) => template[list].length > 1 && !holes.includes(list))
      .map((list) => ({
        key,
        message: `needs {${list}} in it, since ${list} is a list: every endpoint has its own ${key}`,
      }));
    return [...empty, ...missing];
  });
}

function emptyHole(name: string, template: Template): readonly string[] {
  if (name !== 'account' && name !== 'service')
    return [`{${name}} stands for nothing; only {account} and {service} are filled in`];
  return template[name].length > 0
    ? []
    : [`{${name}} stands for nothing, since there is no ${name} in writing beside it`];
}
