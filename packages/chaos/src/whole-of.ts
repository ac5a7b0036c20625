/** The whole number that an option says; throws an error with a sentence for the user when it says none within these. */
export function wholeOf(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most)
    throw new Error(`${option}: ${text === '' ? 'nothing' : text} is no whole number from ${least} to ${most}`);
  return number;
}
